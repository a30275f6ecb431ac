import type { DeviceRecord, Standing, UnitRecord } from '@windlass/wire/operator'

/** What a colour means, everywhere. `held`: it would go on, but somebody or something holds it back. */
export const meanings = ['running', 'done', 'waiting', 'failed', 'held'] as const
export type Meaning = (typeof meanings)[number]

export const standingMeaning: Readonly<Record<Standing, Meaning>> = {
  pending: 'waiting',
  updating: 'running',
  updated: 'done',
  failed: 'failed',
  rolled_back: 'held',
}

const byStatus: Readonly<Record<string, Meaning>> = {
  downloading: 'running',
  downloaded: 'running',
  installing: 'running',
  installed: 'running',
  rebooting: 'running',
  updated: 'done',
  rolled_back: 'held',
  error: 'failed',
}

/** A device's status; what no agent of today reports counts as waiting. */
export function statusMeaning(status: DeviceRecord['status']): Meaning {
  return byStatus[status] ?? 'waiting'
}

export const unitMeaning: Readonly<Record<UnitRecord['standing'], Meaning>> = {
  idle: 'waiting',
  unheard: 'waiting',
  on_the_way: 'running',
  arrived: 'done',
  failed: 'failed',
}

const byPartState: Readonly<Record<string, Meaning>> = {
  active: 'done',
  installed: 'done',
  provisioned: 'done',
  activating: 'running',
  downloading: 'running',
  installing: 'running',
  failed: 'failed',
  error: 'failed',
  inactive: 'held',
  paused: 'held',
}

/** A node, an item or an instance of a unit. */
export function partMeaning(state: string): Meaning {
  return byPartState[state] ?? 'waiting'
}

/** How many of a list have which meaning. */
export function tally<T>(list: readonly T[], meaningOf: (one: T) => Meaning): Record<Meaning, number> {
  const counts = { running: 0, done: 0, waiting: 0, failed: 0, held: 0 }
  for (const one of list) counts[meaningOf(one)] += 1
  return counts
}
