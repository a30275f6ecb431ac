import { hasPart } from '@windlass/model/unit'
import type { Log, RpcHandlers } from '@windlass/platform'
import type { Unit } from './build-unit.ts'
import { connectRooms } from './connect-rooms.ts'
import { answerManagers } from './firmware/answer-managers.ts'
import { MissingManagers } from './firmware/missing-managers.ts'
import type { CertificateOrders } from './identity/certificate-orders.ts'
import { answerNodes } from './nodes/answer-nodes.ts'
import type { Identity } from './ports.ts'
import { ComponentTypes } from './schedule/component-types.ts'
import { Notices } from './schedule/notices.ts'
import { serveScheduler } from './schedule/scheduler-service.ts'
import { type Served, serve } from './servers.ts'
import type { UnitSettings } from './settings.ts'
import type { WorldPorts } from './world.ts'

/** What a unit lives on. */
export interface Household {
  settings: Pick<UnitSettings, 'listen' | 'schedules'>
  identity: Identity
  certificates: Pick<CertificateOrders, 'take'>
  world: WorldPorts
}

/** Lets the rooms hear of one another and do their work until `stop`. `enrolled`: from then on the fleet knows the unit. */
export async function liveUnit(
  unit: Unit,
  house: Household,
  enrolled: Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const { settings, identity, certificates, world } = house
  const { cloud, launcher, update, images, states, telemetry, links, time } = unit
  connectRooms({ ...unit, certificates, identity, schedules: settings.schedules, ...world })
  const missing = new MissingManagers({ ...world, links }, () => withManagers(identity))
  launcher.start(stop)
  await Promise.all([
    update.run(stop),
    enrolled.then(() => cloud.run(stop)),
    images.run(stop),
    states.watchFiles(stop),
    telemetry.run(stop),
    missing.tell(stop),
    time.run(stop),
    serve(servedBy(settings, unit, world.log), { ...world, identity }, stop),
  ])
}

function servedBy({ listen: at }: Pick<UnitSettings, 'listen'>, unit: Unit, log: Log): Served[] {
  const types = new ComponentTypes(unit.images, log)
  const notices = new Notices(unit.update, {
    items: () => unit.images.statuses(),
    componentType: (item) => types.of(item),
  })
  const scheduler = (handlers: RpcHandlers) => serveScheduler(handlers, unit.update, notices)
  return [
    { name: 'service managers', certificate: 'cm', address: at.serviceManagers, register: answerNodes(unit) },
    { name: 'update managers', certificate: 'cm', address: at.updateManagers, register: answerManagers(unit.links) },
    { name: 'update scheduler', certificate: 'cm', address: at.scheduler, register: scheduler },
  ]
}

/** Nodes that should have an update manager connected. */
function withManagers(identity: Identity): string[] {
  const managed = identity.nodeInfos().filter((node) => node.state !== 'unprovisioned' && hasPart(node, 'um'))
  return managed.map(({ nodeId }) => nodeId)
}
