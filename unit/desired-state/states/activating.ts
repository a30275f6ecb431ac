import type { OutcomeOf, Step } from '@windlass/machine'
import type { InstanceIdent, InstanceStatus } from '@windlass/model/unit'
import { UnitError } from '../../unit-error.ts'
import type { In, UpdateManager } from '../diagram.ts'
import type { UpdatePorts } from '../ports.ts'

type Outcome = OutcomeOf<UpdateManager, 'activating'>

/**
 * Until no instance is on its way any more. A transaction needs all of them active, and still active after a while: a
 * service that starts and falls over has not arrived.
 */
export async function activating(state: In<'activating'>, ports: UpdatePorts, step: Step): Promise<Outcome> {
  const { clock, time, launcher, rules } = ports
  // An older unit wrote a moment of the wall clock: the deadline is never further away than a whole one.
  const waitMs = Math.min(state.deadlineMs - time.ms(), rules.activatingMs)
  const ended = new AbortController()
  const timer = clock.sleep(Math.max(0, waitMs), AbortSignal.any([step.stop, ended.signal])).then(
    () => 'timeout' as const,
    () => 'stopped' as const,
  )
  try {
    for (;;) {
      const news = changed(ports, AbortSignal.any([step.stop, ended.signal]))
      const open = launcher.statuses().filter(({ state: is }) => is === 'activating')
      if (open.length === 0 && (await settled(ports, step.stop))) return { on: 'active' }
      const first = await Promise.race([timer, open.length === 0 ? 'changed' : news])
      step.stop.throwIfAborted()
      if (first === 'timeout') throw overdue(launcher.statuses())
    }
  } finally {
    ended.abort()
  }
}

async function settled({ clock, launcher, rules }: UpdatePorts, stop: AbortSignal): Promise<boolean> {
  if (rules.onFailure === 'converge') return true
  refuseFailed(launcher.statuses())
  await clock.sleep(rules.settleMs, stop)
  refuseFailed(launcher.statuses())
  return launcher.statuses().every(({ state, ident }) => state === 'active' || ident.preinstalled)
}

/** An instance that its subject keeps from running has no status at all, so that every other state counts. */
function refuseFailed(statuses: readonly InstanceStatus[]): void {
  const failed = statuses.find(
    ({ state, ident }) => (state === 'failed' || state === 'inactive') && !ident.preinstalled,
  )
  if (!failed) return
  const why = failed.error?.message ?? `it is ${failed.state}`
  throw new UnitError('instance_failed', `${nameOf(failed)}${failed.nodeId ? ` on ${failed.nodeId}` : ''}: ${why}`)
}

function overdue(statuses: readonly InstanceStatus[]): UnitError {
  const late = statuses.filter(({ state, ident }) => state !== 'active' && !ident.preinstalled)
  return new UnitError('timeout', `not active in time: ${late.map(nameOf).join(', ')}`)
}

function changed({ launcher }: UpdatePorts, stop: AbortSignal): Promise<'changed'> {
  return new Promise((resolve) => {
    const unwatch = launcher.watch(() => {
      unwatch()
      resolve('changed')
    })
    stop.addEventListener('abort', () => {
      unwatch()
      resolve('changed')
    })
  })
}

function nameOf({ ident, version }: { ident: InstanceIdent; version: string }): string {
  return `${ident.itemId} ${version} (subject ${ident.subjectId}, instance ${ident.index})`
}
