import type { PackageRecord, RolloutOrder } from '@windlass/wire/operator'
import type { PaceDraft } from '../plan/pace-fields.tsx'
import { type PhaseDraft, phasesOf, wordsOf } from '../plan/phase-draft.ts'
import { type WindowDraft, windowText } from '../plan/window-draft.ts'

export interface RolloutDraft extends PaceDraft {
  package: string
  whom: 'product' | 'group' | 'query' | 'devices'
  group: string
  query: string
  ids: string
  when: string
  metered: boolean
  /** All but the last phase, which takes the rest. */
  phases: readonly PhaseDraft[]
  windows: readonly WindowDraft[]
  timeZone: string
}

export function rolloutDraft(uid: string, timeZone: string): RolloutDraft {
  return {
    package: uid,
    whom: 'product',
    group: '',
    query: '',
    ids: '',
    when: '',
    metered: false,
    phases: [],
    windows: [],
    timeZone,
    perMinute: '',
    atOnce: '',
    watchHealth: false,
    falseAlarmPercent: '',
  }
}

/** What the fleet is asked to do. Wrong numbers are left to it: it says what was expected and where. Pure. */
export function orderOf(draft: RolloutDraft, kept: PackageRecord): RolloutOrder {
  const { product } = kept
  const to = {
    product: { product },
    group: { group: draft.group },
    query: { query: draft.query },
    devices: { devices: wordsOf(draft.ids) },
  }
  const speed = {
    ...(draft.perMinute !== '' && { perMinute: Number(draft.perMinute) }),
    ...(draft.atOnce !== '' && { atOnce: Number(draft.atOnce) }),
  }
  return {
    package: kept.uid,
    to: to[draft.whom],
    ...(draft.when && { startAt: new Date(draft.when).toISOString() }),
    metered: draft.metered,
    ...phasesOf(draft.phases),
    ...(draft.windows.length > 0 && { windows: draft.windows.map(windowText), timeZone: draft.timeZone }),
    ...(Object.keys(speed).length > 0 && { speed }),
    ...(draft.watchHealth && { health: healthOf(draft) }),
  }
}

function healthOf({ falseAlarmPercent }: RolloutDraft): NonNullable<RolloutOrder['health']> {
  return falseAlarmPercent === '' ? {} : { falseAlarmPercent: Number(falseAlarmPercent) }
}
