import { type ErrorInfo, errorInfo, type InstanceOrder, type InstanceStatus } from '@windlass/model/unit'
import type { ObservedRun, Traits } from './executor.ts'
import { afterEnd, noRestarts, type RestartHistory } from './restart.ts'
import { isSameOrder } from './same-order.ts'

/** What is remembered of an ordered instance, beside what can be observed. Times are ms of a clock that does not jump. */
export interface Face {
  info: InstanceOrder
  history: RestartHistory
  /** Not started before; Infinity when it was given up until the next order. */
  heldUntil: number
  /** How often it could not be brought to run since it was ordered. */
  failures?: number
  /** Why it does not run. */
  error?: ErrorInfo
  /** It is for want of the unit that it does not run. */
  unreached?: boolean
  /** The run whose end was dealt with. */
  mournedToken?: string
  /** The run whose health check passed, or that needs none. */
  soundToken?: string
  /** Stopped for want of the cloud. */
  offline: boolean
}

export function newFace(info: InstanceOrder): Face {
  return { info, history: noRestarts, heldUntil: 0, offline: false }
}

/** After its run ended: it is held until the time of its restart, or given up. */
export function mourn(face: Face, run: ObservedRun, traits: Traits, uptime: number): Face {
  if (!run.ended) return face
  const startedAt = uptime - Math.max(0, run.ended.at - run.startedAt)
  const verdict = afterEnd(face.history, traits.restart, startedAt, uptime)
  const { code, why } = run.ended
  const gaveUp = verdict.again ? '' : '; given up until the next order'
  const { error: _error, unreached: _unreached, ...rest } = face
  return {
    ...rest,
    history: verdict.history,
    heldUntil: verdict.again ? verdict.at : Number.POSITIVE_INFINITY,
    mournedToken: run.token,
    ...(code !== 0 && { error: errorInfo('failed', `${why}${gaveUp}`, code ?? 0) }),
  }
}

/** What is reported of it (aoscore.md 1.5); the wire says by itself of which node. */
export function statusOf(face: Face, run: ObservedRun | undefined): InstanceStatus {
  const { ident, version, runtimeId, manifestDigest } = face.info
  const envVars = face.info.envVars.map(({ name }) => ({ name }))
  const status = { ident, version, nodeId: '', runtimeId, manifestDigest, envVars }
  if (face.offline) return { ...status, state: 'inactive' }
  if (run && !run.ended && isSameOrder(run.info, face.info)) {
    return { ...status, state: face.soundToken === run.token ? 'active' : 'activating' }
  }
  if (face.error) return { ...status, state: 'failed', error: face.error }
  return { ...status, state: run?.ended && isSameOrder(run.info, face.info) ? 'inactive' : 'activating' }
}
