import { later, type Step } from '@windlass/machine'
import { report } from '../../telemetry/reporting.ts'
import type { Untold } from '../../telemetry/untold.ts'
import { failureOf } from '../../update-error.ts'
import { cancelledOrFailed } from '../callback.ts'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'
import { takeBack } from '../take-back.ts'

const retryMs = 30_000

/** Takes back what must not start next, then says what went wrong: to the log, to the server, to the device's own callback. */
export async function error(state: In<'error'>, p: Ports, { stop }: Step) {
  const { uid, trouble } = state
  const first = await takeBack(state, p)
  if (first) return first
  // A rollback is named as one; where it came from is in the code.
  const during = trouble.code === 'fell_back' || trouble.during === 'trying' ? 'reverting' : trouble.during
  p.log.error('update failed', { code: trouble.code, why: trouble.message, state: during })
  if (uid && !(await tell({ uid, trouble: { ...trouble, during } }, p, stop))) {
    return later(retryMs, { on: 'again' } as const)
  }
  await cancelledOrFailed(p, 'error', stop)
  return { on: 'told' } as const
}

/** What the server does not hear now it hears later; false when it was neither told nor kept. */
async function tell(failure: Untold, p: Ports, stop: AbortSignal): Promise<boolean> {
  const told = await report(p, 'error', failure.uid, stop, failure.trouble)
  try {
    await (told ? p.untold.forget(failure.uid) : p.untold.add(failure))
    return true
  } catch (error) {
    stop.throwIfAborted()
    p.log.error('cannot keep what the server does not know yet', { why: failureOf(error).message })
    return told
  }
}
