import { untilOpen, type Window } from '@windlass/model'
import type { Clock, Files } from '@windlass/platform'
import type { Commander } from '../update/ports.ts'
import type { Hold } from './hold.ts'

/** What this device says about when it may be installed on. */
export interface Policy {
  windows: readonly Window[]
  timeZone: string
  /** While this file is there, nothing is installed; null when there is no such file. */
  holdFile: string | null
}

export interface PolicyPorts {
  clock: Clock
  files: Files
  hold: Pick<Hold, 'find' | 'changed'>
}

const lookAgainMs = 30_000
const mostDriftMs = 1_000

/** A device that stands alone: it installs when no hold is on and a window is open. */
export function localPolicy(policy: Policy, ports: PolicyPorts): Commander {
  return {
    async mayInstall(_offer, stop, waits) {
      const windows = new Opening(policy, ports.clock)
      for (;;) {
        const wait = await reasonToWait(policy, windows, ports)
        if (!wait) return
        waits(wait.why)
        await ports.hold.changed.wait(wait.ms, ports.clock, stop)
      }
    },
    mayKeep: async () => {},
  }
}

/** Why not now, and when to look again; nothing when now is fine. */
async function reasonToWait(
  { holdFile }: Policy,
  windows: Opening,
  { clock, files, hold }: PolicyPorts,
): Promise<{ why: string; ms: number } | undefined> {
  const held = await hold.find()
  if (held) return { why: `held: ${held.reason}`, ms: lookAgainMs }
  if (holdFile !== null && (await files.facts(holdFile))) return { why: `held by ${holdFile}`, ms: lookAgainMs }
  const opensAt = windows.next()
  if (opensAt === null) return { why: 'no window opens within a week', ms: lookAgainMs }
  const closedMs = opensAt - clock.now()
  if (closedMs <= 0) return undefined
  // A hold may come meanwhile and the wall clock be set, so the wait is cut into pieces.
  return { why: `window opens ${new Date(opensAt).toISOString()}`, ms: Math.min(closedMs, lookAgainMs) }
}

/** When a window opens; looked for once, and again when the wall clock was set: it takes ten thousand looks at a calendar. */
class Opening {
  readonly #policy: Policy
  readonly #clock: Clock
  #found: { opensAt: number | null; bootedAt: number } | undefined

  constructor(policy: Policy, clock: Clock) {
    this.#policy = policy
    this.#clock = clock
  }

  /** Milliseconds since 1970, not in the future while one is open; null when none opens within a week. */
  next(): number | null {
    const now = this.#clock.now()
    const bootedAt = now - this.#clock.uptime()
    const found = this.#found
    const stands = found && Math.abs(found.bootedAt - bootedAt) < mostDriftMs && (found.opensAt ?? 0) > now
    if (stands) return found.opensAt
    const closedMs = untilOpen(this.#policy.windows, this.#policy.timeZone, now)
    const opensAt = closedMs === null ? null : now + closedMs
    this.#found = { opensAt, bootedAt }
    return opensAt
  }
}
