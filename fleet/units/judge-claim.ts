import type { Claim, Unit } from './records.ts'

type Uses = Pick<Claim, 'uses' | 'usedBy'>

/** How many units more may enrol with a claim. */
export function usesLeft({ uses, usedBy }: Uses): number {
  return Math.max(0, uses - usedBy.length)
}

/** Where a claim stands at some time. */
export function claimState(
  claim: Uses & Pick<Claim, 'expiresAt' | 'withdrawnAt'>,
  now: number,
): 'open' | 'used' | 'expired' | 'withdrawn' {
  if (claim.withdrawnAt !== null) return 'withdrawn'
  if (usesLeft(claim) === 0) return 'used'
  return claim.expiresAt !== null && now >= claim.expiresAt ? 'expired' : 'open'
}

/**
 * What comes of a claim that `id` shows; `known`: what the fleet has of a unit of that name. A claim for any unit does not
 * take over one that is known. One that was used may be shown again by the same unit until that was heard for the first
 * time, because the answer to it may have been lost; one that was revoked needs another claim. Pure.
 */
export function judgeClaim(
  claim: Omit<Claim, 'tokenHash' | 'createdAt'>,
  id: string,
  known: (Pick<Unit, 'status'> & { isRevoked: boolean }) | undefined,
  now: number,
): 'enrolled' | 'used' | 'other_unit' | 'expired' | 'withdrawn' {
  const state = claimState(claim, now)
  if (state === 'withdrawn') return state
  if (claim.usedBy.includes(id)) {
    const wasLost = known?.status === null && !known.isRevoked
    return wasLost ? 'enrolled' : 'used'
  }
  if (state !== 'open') return state
  if (claim.systemId === null) return known ? 'other_unit' : 'enrolled'
  return claim.systemId === id ? 'enrolled' : 'other_unit'
}
