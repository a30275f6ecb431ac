import type { Clock, Files, Log } from '@windlass/platform'
import type { Commander } from '../update/ports.ts'
import { untilOpen, type Window } from './window.ts'

/** What this device says about when it may be installed on. */
export interface Policy {
  windows: readonly Window[]
  timeZone: string
  /** While this file is there, nothing is installed; null when there is no such file. */
  holdFile: string | null
}

const lookAgainMs = 30_000

/** A device that stands alone: it installs when no hold is on and a window is open. */
export function localPolicy(policy: Policy, ports: { clock: Clock; files: Files; log: Log }): Commander {
  return {
    async mayInstall(_offer, stop) {
      for (let told = ''; ; ) {
        const wait = await reasonToWait(policy, ports)
        if (!wait) return
        if (wait.why !== told) ports.log.info('installing waits', { why: wait.why })
        told = wait.why
        await ports.clock.sleep(wait.ms, stop)
      }
    },
  }
}

/** Why not now, and when to look again; nothing when now is fine. */
async function reasonToWait(
  { windows, timeZone, holdFile }: Policy,
  { clock, files }: { clock: Clock; files: Files },
): Promise<{ why: string; ms: number } | undefined> {
  if (holdFile !== null && (await files.facts(holdFile))) return { why: `held by ${holdFile}`, ms: lookAgainMs }
  const closed = untilOpen(windows, timeZone, clock.now())
  if (closed === 0) return undefined
  if (closed === null) return { why: 'no window opens within a week', ms: lookAgainMs }
  // The wall clock may be set meanwhile, so the wait is cut into pieces.
  return { why: `window opens ${new Date(clock.now() + closed).toISOString()}`, ms: Math.min(closed, lookAgainMs) }
}
