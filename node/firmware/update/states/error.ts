import type { Step } from '@windlass/machine'
import { report } from '../../telemetry/reporting.ts'
import { cancelledOrFailed } from '../callback.ts'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** Says what went wrong: to the log, to the server, to the device's own callback. */
export async function error({ uid, trouble }: In<'error'>, p: Ports, { stop }: Step) {
  // A rollback is named as one; where it came from is in the code.
  const during = trouble.code === 'fell_back' || trouble.during === 'trying' ? 'reverting' : trouble.during
  p.log.error('update failed', { code: trouble.code, why: trouble.message, state: during })
  if (uid) await report(p, 'error', uid, stop, { ...trouble, during })
  await cancelledOrFailed(p, 'error', stop)
  return { on: 'told' } as const
}
