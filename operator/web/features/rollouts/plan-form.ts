import type { PackageRecord, RolloutOrder } from '@windlass/wire/operator'

/** A phase as it stands in the form: numbers as they are typed. */
export interface PhaseDraft {
  key: number
  amount: string
  unit: 'percent' | 'count'
  successPercent: string
  soakMinutes: string
  failureLimit: string
  approvers: string
  needed: string
}

export interface RolloutDraft {
  package: string
  whom: 'product' | 'devices'
  ids: string
  when: string
  metered: boolean
  /** All but the last phase, which takes the rest. */
  phases: readonly PhaseDraft[]
}

/** Ready-made ways: everyone at once, or a few, then more, then the rest. */
export const presets = {
  'all at once': [],
  careful: [
    { amount: '1', unit: 'percent', failureLimit: '1', soakMinutes: '60' },
    { amount: '10', unit: 'percent', failureLimit: '5', soakMinutes: '60' },
  ],
  quick: [{ amount: '5', unit: 'percent', failureLimit: '3', soakMinutes: '10' }],
} as const satisfies Record<string, readonly Partial<PhaseDraft>[]>

export function phaseDraft(key: number, given: Partial<PhaseDraft> = {}): PhaseDraft {
  const empty = { amount: '10', unit: 'percent', successPercent: '95', soakMinutes: '', failureLimit: '' } as const
  return { key, ...empty, approvers: '', needed: '1', ...given }
}

/** What the fleet is asked to do. Wrong numbers are left to it: it says what was expected and where. Pure. */
export function orderOf(draft: RolloutDraft, kept: PackageRecord): RolloutOrder {
  const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)
  return {
    package: kept.uid,
    to: draft.whom === 'product' ? { product: kept.product } : { devices: words(draft.ids) },
    ...(draft.when && { startAt: new Date(draft.when).toISOString() }),
    metered: draft.metered,
    ...(draft.phases.length > 0 && { phases: draft.phases.map((phase) => phaseOf(phase, words(phase.approvers))) }),
  }
}

type Phase = NonNullable<RolloutOrder['phases']>[number]

function phaseOf(draft: PhaseDraft, by: string[]): Phase {
  const amount = Number(draft.amount)
  return {
    size: draft.unit === 'percent' ? { percent: amount } : { count: amount },
    gate: {
      ...(draft.successPercent !== '' && { successPercent: Number(draft.successPercent) }),
      ...(draft.soakMinutes !== '' && { soakSeconds: Math.round(Number(draft.soakMinutes) * 60) }),
      ...(draft.failureLimit !== '' && { failureLimit: Number(draft.failureLimit) }),
      ...(by.length > 0 && { approval: { by, needed: Number(draft.needed) } }),
    },
  }
}
