import type { ClaimStanding } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'
import { countText, secondsText } from '../../live/quantities.ts'
import type { Share } from '../../parts/proportion.tsx'

export const claimMeaning: Readonly<Record<ClaimStanding['state'], Meaning>> = {
  open: 'running',
  used: 'done',
  expired: 'waiting',
  withdrawn: 'held',
}

/** Whom it lets in. */
export function forText({ systemId, uses }: Pick<ClaimStanding, 'systemId' | 'uses'>): string {
  if (systemId !== null) return `only ${systemId}`
  return uses === 1 ? 'any one unit' : `any ${uses.toLocaleString('en')} units`
}

/** How long it still holds, or when that ended. */
export function endText({ expiresAt }: Pick<ClaimStanding, 'expiresAt'>, now: number): string {
  if (expiresAt === null) return 'without end'
  const ms = Date.parse(expiresAt) - now
  if (ms <= 0) return `ended ${new Date(expiresAt).toLocaleString()}`
  const days = Math.round(ms / 86_400_000)
  return `ends in ${days > 1 ? `${days} days` : secondsText(ms / 1000)}`
}

/** Its uses: those taken up, those left, and those that nobody can take up any more. */
export function sharesOfUses({ state, uses, usesLeft }: Pick<ClaimStanding, 'state' | 'uses' | 'usesLeft'>): Share[] {
  const open = state === 'open'
  return [
    { name: 'used', meaning: 'done', count: uses - usesLeft },
    { name: open ? 'left' : 'not used', meaning: open ? 'running' : 'waiting', count: usesLeft },
  ]
}

/** How many units may enrol with the open claims all together. */
export function openText(open: readonly Pick<ClaimStanding, 'usesLeft'>[]): string {
  if (open.length === 0) return 'No unit may enrol now: no claim is open.'
  const left = open.reduce((sum, { usesLeft }) => sum + usesLeft, 0)
  return `${countText(left, 'more unit')} may enrol, with ${countText(open.length, 'open claim')}.`
}
