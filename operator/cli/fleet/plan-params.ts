import type { RolloutOrder } from '@windlass/wire/operator'
import { optional, several, switchedOn, type Values, wholeNumberIf } from '../params.ts'
import { phaseNamed } from './phase-text.ts'

/** The options that say how a rollout goes about it. */
export const planParams = {
  phase: several(
    '--phase <phase...>',
    'who comes first, and when the next do: 10,soak=2h,failures=1 25%,approve=ann group:canary',
  ),
  window: several('--window <window...>', 'offer it only then: "daily 02:00-04:30" "sat,sun 22:00-02:00"'),
  timeZone: optional('--time-zone <zone>', 'in whose local time the windows are (default: UTC)'),
  perMinute: wholeNumberIf('--per-minute <n>', 'offer it to at most so many devices in a minute'),
  watchHealth: switchedOn('--watch-health', 'pause it when updated devices fare worse than the others'),
  atOnce: wholeNumberIf('--at-once <n>', 'let at most so many devices be under way at once'),
}

/** What an order says of it; nothing that was not asked for. @throws CliError `usage` */
export function planAsked(given: Values<typeof planParams>): Partial<RolloutOrder> {
  const { phase, window, timeZone, perMinute, atOnce, watchHealth } = given
  const speed = { ...(perMinute !== undefined && { perMinute }), ...(atOnce !== undefined && { atOnce }) }
  return {
    ...(phase.length > 0 && { phases: phase.map(phaseNamed) }),
    ...(window.length > 0 && { windows: [...window] }),
    ...(timeZone !== undefined && { timeZone }),
    ...(watchHealth && { health: {} }),
    ...(Object.keys(speed).length > 0 && { speed }),
  }
}
