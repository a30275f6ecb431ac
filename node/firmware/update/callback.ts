import { UpdateError } from '../update-error.ts'
import type { StateName } from './diagram.ts'
import type { Ports } from './ports.ts'

/**
 * Runs the state-change callback in front of a state's work (updatehub.md 4.5); true when it says to cancel.
 * @throws UpdateError `callback_failed` when it fails or says anything else
 */
export async function cancelledByCallback(p: Ports, state: StateName, stop: AbortSignal): Promise<boolean> {
  const word = await p.callbacks.stateChange(state, stop)
  if (word === 'cancel') p.log.info('update cancelled by state-change callback', { state })
  return word === 'cancel'
}

/** The same for states where a failing callback counts as a cancel. */
export async function cancelledOrFailed(p: Ports, state: StateName, stop: AbortSignal): Promise<boolean> {
  try {
    return await cancelledByCallback(p, state, stop)
  } catch (error) {
    if (!(error instanceof UpdateError)) throw error
    p.log.error('state-change callback failed', { state, why: error.message })
    return true
  }
}
