import type { ObservedRun, Traits } from './executor.ts'
import type { InstanceError, InstanceInfo, InstanceStatus } from './instance.ts'
import { isSameInfo } from './instance.ts'
import { afterEnd, noRestarts, type RestartHistory } from './restart.ts'

/** What is remembered of an ordered instance, beside what can be observed. Times are ms of a clock that does not jump. */
export interface Face {
  info: InstanceInfo
  history: RestartHistory
  /** Not started before; Infinity when it was given up until the next order. */
  heldUntil: number
  /** Why it does not run. */
  error?: InstanceError
  /** The run whose end was dealt with. */
  mournedToken?: string
  /** The run whose health check passed, or that needs none. */
  soundToken?: string
  /** Stopped for want of the cloud. */
  offline: boolean
}

export function newFace(info: InstanceInfo): Face {
  return { info, history: noRestarts, heldUntil: 0, offline: false }
}

/** After its run ended: it is held until the time of its restart, or given up. */
export function mourn(face: Face, run: ObservedRun, traits: Traits, uptime: number): Face {
  if (!run.ended) return face
  const startedAt = uptime - Math.max(0, run.ended.at - run.startedAt)
  const verdict = afterEnd(face.history, traits.restart, startedAt, uptime)
  const { code, why } = run.ended
  const gaveUp = verdict.again ? '' : '; given up until the next order'
  const { error: _former, ...rest } = face
  return {
    ...rest,
    history: verdict.history,
    heldUntil: verdict.again ? verdict.at : Number.POSITIVE_INFINITY,
    mournedToken: run.token,
    ...(code !== 0 && { error: { aosCode: 1, exitCode: code ?? 0, message: `${why}${gaveUp}` } }),
  }
}

/** What is reported of it (aoscore.md 1.5). */
export function statusOf(face: Face, run: ObservedRun | undefined): InstanceStatus {
  const { instance, version, runtimeId, manifestDigest } = face.info
  const status = { instance, version, runtimeId, manifestDigest }
  if (face.offline) return { ...status, state: 'inactive' }
  if (run && !run.ended && isSameInfo(run.info, face.info)) {
    return { ...status, state: face.soundToken === run.token ? 'active' : 'activating' }
  }
  if (face.error) return { ...status, state: 'failed', error: face.error }
  return { ...status, state: run?.ended && isSameInfo(run.info, face.info) ? 'inactive' : 'activating' }
}
