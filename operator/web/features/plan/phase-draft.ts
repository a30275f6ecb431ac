import type { RolloutOrder } from '@windlass/wire/operator'

/** A phase as it stands in the form: numbers as they are typed. */
export interface PhaseDraft {
  key: number
  /** How many; of a group its name. */
  amount: string
  unit: 'percent' | 'count' | 'group'
  successPercent: string
  soakMinutes: string
  failureLimit: string
  approvers: string
  needed: string
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

type Phase = NonNullable<RolloutOrder['phases']>[number]

/** All but the last phase, which takes the rest; nothing where there is only that one. Wrong numbers are left to the fleet. */
export function phasesOf(drafts: readonly PhaseDraft[]): { phases?: Phase[] } {
  return drafts.length > 0 ? { phases: drafts.map(phaseOf) } : {}
}

function phaseOf(draft: PhaseDraft): Phase {
  const by = wordsOf(draft.approvers)
  return {
    size: sizeOf(draft),
    gate: {
      ...(draft.successPercent !== '' && { successPercent: Number(draft.successPercent) }),
      ...(draft.soakMinutes !== '' && { soakSeconds: Math.round(Number(draft.soakMinutes) * 60) }),
      ...(draft.failureLimit !== '' && { failureLimit: Number(draft.failureLimit) }),
      ...(by.length > 0 && { approval: { by, needed: Number(draft.needed) } }),
    },
  }
}

function sizeOf({ unit, amount }: PhaseDraft): Phase['size'] {
  if (unit === 'group') return { group: amount }
  return unit === 'percent' ? { percent: Number(amount) } : { count: Number(amount) }
}

export function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}
