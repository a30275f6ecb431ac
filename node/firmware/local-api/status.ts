import type { Held } from '../policy/hold.ts'
import type { ApiPorts } from './ports.ts'

/**
 * What UpdateHub's closed `/info` has no room for. Bytes; `secondsLeft` and `bytesPerSecond` are null while unknown.
 * `package` is the uid of the package in work, `trouble` why the update fails that is being taken back or reported, `waits` why
 * it does not go on for now, `hold` why nothing is installed as somebody said through the API.
 */
export interface Status {
  state: string
  package: string | null
  installingTo: 'a' | 'b' | null
  progress: {
    doneBytes: number
    totalBytes: number | null
    bytesPerSecond: number | null
    secondsLeft: number | null
  } | null
  trouble: { code: string; message: string; during: string } | null
  waits: string | null
  hold: Held | null
}

export async function status({ runner, rate, hold }: ApiPorts): Promise<Status> {
  const state = runner.state
  return {
    state: state.at,
    package: 'offer' in state ? state.offer.uid : 'uid' in state ? state.uid : null,
    installingTo: 'target' in state ? state.target : null,
    progress: progressOf(runner.progress, rate.bytesPerSecond),
    trouble: 'trouble' in state ? state.trouble : null,
    waits: runner.waits,
    hold: await hold.find(),
  }
}

function progressOf(progress: ApiPorts['runner']['progress'], bytesPerSecond: number | null): Status['progress'] {
  if (!progress) return null
  const left = progress.totalBytes === null ? null : progress.totalBytes - progress.doneBytes
  const secondsLeft = left === null || !bytesPerSecond ? null : Math.ceil(left / bytesPerSecond)
  return { ...progress, bytesPerSecond, secondsLeft }
}
