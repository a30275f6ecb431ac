import type { CloudOrder } from '@windlass/model/unit'
import type { Clock, Log } from '@windlass/platform'
import type { Unit } from './build-unit.ts'
import type { LegErrors } from './desired-state/facts.ts'
import { savesBeforeGivenUp } from './desired-state/given-up.ts'
import type { CertificateOrders } from './identity/certificate-orders.ts'
import type { Identity } from './ports.ts'
import type { UnitSettings } from './settings.ts'

/** What AosCore's programs take of an alert (aoscore.md 0.4). */
const mostAlertText = 256

interface Connected extends Unit {
  certificates: Pick<CertificateOrders, 'take'>
  identity: Identity
  schedules: UnitSettings['schedules']
  log: Log
  clock: Clock
}

/** Who hears of whom. */
export function connectRooms(rooms: Connected): void {
  const { cloud, nodes, launcher, reporter, update, identity, links, log } = rooms
  cloud.watch((news) => {
    if (news.kind === 'order') return void obey(news.order, rooms)
    nodes.tellCloudConnection(news.connected)
    reporter.link(news.connected)
  })
  update.watch((news) => {
    if (news.kind === 'not_saved') {
      log.error('state not saved', { state: news.state.at, why: String(news.error) })
      if (news.attempt === savesBeforeGivenUp) reporter.full()
      return
    }
    if (update.stuck !== undefined && news.kind === 'waits') return tellStuck(update.stuck, rooms)
    if (news.kind !== 'moved') return
    const error = 'errors' in news.event ? (news.event.errors.sota ?? news.event.errors.fota) : null
    // Refused, as it failed here before: nothing begins that could end, and the fleet would wait for it.
    if (news.event.on === 'skip' && error) reporter.full()
    // What was told as failed is of no account any more.
    else if (news.from.at === 'none' && news.event.on !== 'desired' && hasErrors(news.from)) reporter.full()
    if (news.from.at === news.to.at) return
    log.info('update', { from: news.from.at, on: news.event.on, to: news.to.at, ...(error && { why: error.message }) })
    // The end of an update, but not the moment in between two of them.
    if (news.to.at === 'none' && news.event.on !== 'desired') reporter.full()
  })
  identity.watchSubjects((subjects) => {
    launcher.setSubjects(subjects)
    reporter.subjectsChanged(subjects)
  })
  identity.watchNodes(() => links.prune())
  launcher.setSubjects(identity.subjects())
}

function hasErrors({ errors }: { errors: LegErrors }): boolean {
  return errors.sota !== null || errors.fota !== null
}

/** The unit cannot come back to what it was: somebody has to look. */
function tellStuck(why: string, { telemetry, reporter, identity, clock }: Connected): void {
  const [main] = identity.nodeInfos()
  const message = `update not taken back: ${why}`.slice(0, mostAlertText)
  const alert = { kind: 'core', timeMs: clock.now(), component: 'CM', message } as const
  if (main) telemetry.alert({ kind: 'node', nodeId: main.nodeId, alert })
  reporter.full()
}

async function obey(order: CloudOrder, rooms: Connected): Promise<void> {
  try {
    await act(order, rooms)
  } catch (error) {
    rooms.log.error('order not obeyed', {
      kind: order.kind,
      why: error instanceof Error ? error.message : String(error),
    })
  }
}

async function act(
  order: CloudOrder,
  { update, launcher, states, cloud, telemetry, certificates, schedules, log }: Connected,
): Promise<void> {
  switch (order.kind) {
    case 'desired_state': {
      log.info('desired state received', {
        items: order.desired.items?.length,
        instances: order.desired.instances?.length,
      })
      const { sotaSchedule = schedules.sota, fotaSchedule = schedules.fota } = order.desired
      const gates = { ...(sotaSchedule && { sotaSchedule }), ...(fotaSchedule && { fotaSchedule }) }
      await update.accept({ ...order.desired, ...gates })
      break
    }
    case 'override_env_vars': {
      const statuses = launcher.overrideEnvVars(order.items)
      const { correlationId } = order
      cloud.send({ kind: 'env_vars_status', statuses, ...(correlationId !== undefined && { correlationId }) })
      break
    }
    case 'state_acceptance':
      await states.accept(order)
      break
    case 'update_state':
      await states.update(order)
      break
    case 'renew_certificates':
    case 'issued_certificates':
    case 'start_provisioning':
    case 'finish_provisioning':
    case 'deprovision':
      await certificates.take(order)
      break
    case 'request_log':
      telemetry.requestLog(order.correlationId, order.log)
      break
    // Answered where they were asked.
    case 'blob_urls':
  }
}
