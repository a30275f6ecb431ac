import { join } from 'node:path/posix'
import { endingClock, type Files, type HttpHandler } from '@windlass/platform'
import type { Database } from '@windlass/platform/database'
import { blobServer, buildUnit, type FakeIdentity, liveUnit, type Unit, unitSettings } from '@windlass/unit/fakes'
import { machinePorts, type ProcessHost, toldLog } from '../device/machine-ports.ts'
import { unitsAddress } from '../fleet/fleet-units.ts'
import type { Life } from '../world/life.ts'
import type { WorldClock } from '../world/world-clock.ts'
import { type Admit, cloudSockets } from './cloud-sockets.ts'
import { ports } from './node-programs.ts'
import { gatedDatabase } from './records.ts'
import type { UnitWire } from './unit-wire.ts'

export const blobsAddress = `http://main:${ports.blobs}`

export interface MainParts {
  systemId: string
  world: WorldClock
  wire: UnitWire
  database: Database
  admit: Admit
  /** As long as this process lives, whom it knows. */
  identity(life: Life): FakeIdentity
  /** The rooms are built, and blobs can be had here. */
  onUp(unit: Unit, blobs: HttpHandler, life: Life): void
}

/** Runs the communication manager of a unit, until `quit` fires or it gives up. */
export async function runMain(parts: MainParts, host: ProcessHost, life: Life, quit: AbortSignal): Promise<void> {
  const { systemId, wire, admit, onUp } = parts
  const machine = machinePorts(host, life)
  const settings = settingsOf(systemId)
  const identity = parts.identity(life)
  const world = {
    ...machine,
    clock: endingClock(machine.clock, quit),
    log: toldLog(host, life, 'cm: '),
    rpc: wire.rpc({ node: 'main', host, life }),
    sockets: cloudSockets(host, life, parts.world, admit),
    http: () => machine.http,
    removeTree: (path: string) => removeTree(machine.files, path),
  }
  await machine.files.makeFolder(settings.workingDir)
  const database = gatedDatabase(parts.database, host, life)
  const unit = await buildUnit({ settings, identity, world, database })
  onUp(unit, blobServer(unit.images, machine.files), life)
  const certificates = { take: async () => undefined }
  await liveUnit(unit, { settings, identity, certificates, world }, Promise.resolve(), quit)
}

function settingsOf(systemId: string) {
  const at = (port: number) => `127.0.0.1:${port}`
  const settings = {
    workingDir: '/unit',
    systemId,
    serviceDiscoveryUrl: `${unitsAddress}/sd/v7/`,
    overrideServiceDiscoveryUrl: `${unitsAddress}/sd/v7/`,
    cmServerUrl: at(ports.serviceManagers),
    umServerUrl: at(ports.updateManagers),
    schedulerUrl: at(ports.scheduler),
    fileServerUrl: `main:${ports.blobs}`,
  }
  return unitSettings('/etc/unit.json', JSON.stringify(settings))
}

async function removeTree(files: Files, path: string): Promise<void> {
  const facts = await files.facts(path)
  if (facts?.kind === 'folder') for (const name of await files.list(path)) await removeTree(files, join(path, name))
  await files.remove(path)
}
