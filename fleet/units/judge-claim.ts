import type { Claim, Unit } from './records.ts'

/**
 * What comes of a claim that `id` shows; `known`: what the fleet has of a unit of that name. A claim for any unit does not
 * take over one that is known. One that was used may be shown again by the same unit until that was heard for the first
 * time, because the answer to it may have been lost; one that was revoked needs another claim. Pure.
 */
export function judgeClaim(
  { systemId, usedBy }: Pick<Claim, 'systemId' | 'usedBy'>,
  id: string,
  known: (Pick<Unit, 'status'> & { isRevoked: boolean }) | undefined,
): 'enrolled' | 'used' | 'other_unit' {
  if (usedBy !== null) {
    const wasLost = usedBy === id && known?.status === null && !known.isRevoked
    return wasLost ? 'enrolled' : 'used'
  }
  if (systemId === null) return known ? 'other_unit' : 'enrolled'
  return systemId === id ? 'enrolled' : 'other_unit'
}
