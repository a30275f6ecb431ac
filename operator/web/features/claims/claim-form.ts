import type { ClaimOrder } from '@windlass/wire/operator'

/** A claim as it stands in the form: numbers as they are typed. */
export interface ClaimDraft {
  whom: 'any' | 'one'
  uses: string
  systemId: string
  /** How long it holds; empty: for ever. */
  days: string
}

export function claimDraft(): ClaimDraft {
  return { whom: 'any', uses: '1', systemId: '', days: '7' }
}

const dayMs = 86_400_000

/** What the fleet is asked for. Wrong numbers are left to it. Pure. */
export function claimOrderOf({ whom, uses, systemId, days }: ClaimDraft, now: number): ClaimOrder {
  return {
    ...(whom === 'one' ? { systemId } : { uses: Number(uses) }),
    ...(days !== '' && { expiresAt: new Date(now + Number(days) * dayMs).toISOString() }),
  }
}
