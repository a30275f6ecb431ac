import { join } from 'node:path'
import { hasPart } from '@windlass/model/unit'
import { KeptRunningTime } from '@windlass/platform'
import type { Database } from '@windlass/platform/database'
import { bindingRefusal } from './admission.ts'
import { CloudLink } from './cloud/cloud-link.ts'
import { type Known, toldOf } from './desired-state/given-up.ts'
import { updateJournal } from './desired-state/journal.ts'
import { UnitUpdate } from './desired-state/update-manager.ts'
import { ManagerLinks } from './firmware/manager-links.ts'
import { UnitFirmware } from './firmware/unit-firmware.ts'
import { UpdateRecord } from './firmware/update-record.ts'
import { imageFile } from './image-file.ts'
import { UnitLauncher } from './launcher/launcher.ts'
import { launcherRules } from './launcher/ports.ts'
import { hostRoutes } from './network/host-routes.ts'
import { servedNetworks } from './network/served-networks.ts'
import { UnitNetwork } from './network/unit-network.ts'
import { UnitConfigFile } from './nodes/unit-config-file.ts'
import { UnitNodes } from './nodes/unit-nodes.ts'
import { openImages } from './open-images.ts'
import type { Identity, Networks } from './ports.ts'
import { runningTimeRecords } from './running-time-records.ts'
import type { UnitSettings } from './settings.ts'
import { SetQuota } from './state/set-quota.ts'
import { UnitStates } from './state/unit-states.ts'
import { StatusReporter } from './status/reporter.ts'
import { Telemetry } from './telemetry/telemetry.ts'
import type { WorldPorts } from './world.ts'

/** What the rooms are built on. */
export interface Ground {
  settings: UnitSettings
  identity: Identity
  world: WorldPorts
  database: Database
}

/** The rooms of a communication manager. */
export type Unit = Awaited<ReturnType<typeof buildUnit>>

/** Builds the rooms, leaves first; nothing moves yet. */
export async function buildUnit(ground: Ground) {
  const { settings, identity, world, database } = ground
  const { clock, log } = world
  const discovery = {
    discovery: settings.discovery,
    dialect: 'schema',
    responseWaitMs: settings.cloudResponseWaitMs,
  } as const
  const cloud = new CloudLink(discovery, { ...world, identity })
  const config = await UnitConfigFile.open(world.files, join(settings.workingDir, 'aos_unit.cfg'))
  const nodes = new UnitNodes({ identity, clock, log, config })
  const telemetry = new Telemetry({ nodes, cloud, clock, log, http: world.http(undefined) })
  const time = new KeptRunningTime(clock, runningTimeRecords(database), log)
  const images = await openImages({ ...ground, time }, { cloud, nodes, alert: (alert) => telemetry.alert(alert) })
  const links = new ManagerLinks(admission(identity), log)
  const times = { connectMs: settings.managerAnswerMs, answerMs: settings.managerAnswerMs }
  const expected = () =>
    identity.nodeInfos().flatMap((node) => (node.state === 'provisioned' && hasPart(node, 'um') ? [node.nodeId] : []))
  const firmware = new UnitFirmware({ links, record: new UpdateRecord(database), clock, log, times, expected })
  const quotas = new SetQuota(world.processes, log)
  const states = new UnitStates({ ...world, database, quotas, send: (fact) => cloud.send(fact) }, settings)
  const { nodesConnectionMs, runMs, instanceTtlMs, unitStatusDelayMs: delayMs } = settings
  const rules = { ...launcherRules, nodesConnectionMs, runMs, instanceTtlMs }
  const launcher = new UnitLauncher({ ...world, time, database, nodes, images, firmware, states }, rules)
  const missed = (known: Known) => update.missed && toldOf(update.missed, known)
  const sources = { images, launcher, nodes, missed, subjects: () => identity.subjects() }
  const reporter = new StatusReporter({ clock, delayMs, sources, send: (fact) => cloud.send(fact) })
  const update: UnitUpdate = new UnitUpdate({
    ...world,
    time,
    journal: updateJournal(world.files, join(settings.workingDir, 'update.json'), log),
    images,
    launcher,
    nodes,
    firmware,
    imageFile: imageFile(world.files),
    report: reporter,
    rules: settings.update,
  })
  return {
    time,
    cloud,
    nodes,
    telemetry,
    images,
    networks: openNetworks(ground),
    links,
    firmware,
    states,
    launcher,
    reporter,
    update,
  }
}

/** Does it with one value after the other; of those that come meanwhile, with the newest alone. */
function newestOnly<T>(work: (value: T) => Promise<void>, failed: (error: unknown) => void): (value: T) => void {
  let next: { value: T } | undefined
  let isBusy = false
  const go = async () => {
    isBusy = true
    for (let now = next; now; now = next) {
      next = undefined
      await work(now.value).catch(failed)
    }
    isBusy = false
  }
  return (value) => {
    next = { value }
    if (!isBusy) void go()
  }
}

/** Names of instances go into a hosts file that the main node's DNS server reads. */
function openNetworks({ settings, world, database }: Ground): Networks {
  const hosts = join(settings.workingDir, 'dns', 'hosts')
  const publishHosts = newestOnly(
    (text: string) => world.files.replace(hosts, text),
    (error) => world.log.warning('hosts file not written', { why: String(error) }),
  )
  const routes = () => hostRoutes(world.files)
  return servedNetworks(new UnitNetwork({ database, random: world.random, routes, publishHosts }, settings.dnsIp))
}

function admission(identity: Identity) {
  const isNode = (id: string) => identity.nodeInfos().some(({ nodeId }) => nodeId === id)
  return {
    expects: (id: string) => identity.nodeInfos().some((node) => node.nodeId === id && hasPart(node, 'um')),
    refuses: (peer: string | undefined, id: string) => bindingRefusal(peer, id, isNode),
  }
}
