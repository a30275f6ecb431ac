/**
 * Whether devices that were updated fare worse than those that were not. An event is the first trouble of a device since the
 * test began: it restarted without an update, or failed at something else. If the update does no harm, the next one to have
 * trouble is any of those that had none yet, with equal chance: updated with n / (n + m). How much better the events are
 * foretold by assuming that the updated are in trouble twice, four or eight times as often is a bet against that; whatever
 * one bets in a fair game, and however often one looks, the winnings grow to 1 / p with a chance of at most p (Ville 1939).
 */
export interface Evidence {
  /** Lines of history up to this one count for nobody; and up to this one they have been counted. */
  from: number
  upTo: number
  /** Devices that had trouble, by side. */
  updated: number
  others: number
  /** Natural logarithm of what each bet has won. */
  logs: readonly number[]
}

/** How many devices; of each side. */
export interface Sides {
  updated: number
  others: number
}

const hazards = [2, 4, 8]

export function noEvidence(from: number): Evidence {
  return { from, upTo: from, updated: 0, others: 0, logs: hazards.map(() => 0) }
}

/** The evidence after `events` more, of devices of which `all` are on each side, those with trouble before among them. */
export function weighed(before: Evidence, events: Sides, all: Sides, upTo: number): Evidence {
  let evidence = before
  // In which order they came since the last look does not matter much; it must not depend on who they were.
  for (let n = 0; n < events.others; n++) evidence = next(evidence, 'others', all)
  for (let n = 0; n < events.updated; n++) evidence = next(evidence, 'updated', all)
  return { ...evidence, upTo }
}

function next(before: Evidence, side: keyof Sides, all: Sides): Evidence {
  const [updated, others] = [all.updated - before.updated, all.others - before.others]
  const counted = { ...before, [side]: before[side] + 1 }
  // With one side empty an event says nothing.
  if (updated <= 0 || others <= 0) return counted
  const fair = updated / (updated + others)
  const logs = before.logs.map((log, i) => {
    const hazard = hazards[i] ?? 1
    const harmful = (hazard * fair) / (hazard * fair + 1 - fair)
    return log + Math.log(side === 'updated' ? harmful / fair : (1 - harmful) / (1 - fair))
  })
  return { ...counted, logs }
}

/** What all bets together have won for each 1 that was put in. */
export function winnings({ logs }: Evidence): number {
  return logs.reduce((sum, log) => sum + Math.exp(log), 0) / logs.length
}

/** Whether to stop, at a chance of `falseAlarmPercent` to do so in a whole rollout that does no harm. */
export function isHarmful(evidence: Evidence, falseAlarmPercent: number): boolean {
  return winnings(evidence) >= 100 / falseAlarmPercent
}

export function harmText({ updated, others }: Evidence, all: Sides, falseAlarmPercent: number): string {
  const sides = `${updated} of ${all.updated} updated devices and ${others} of ${all.others} others`
  const chance = `an update that does no harm is stopped like this in ${falseAlarmPercent} % of rollouts at most`
  return `${sides} restarted without an update, or failed at something else; ${chance}`
}
