import type { DesiredItem, UnitStatus } from '@windlass/model/unit'
import type { ReleaseRecord } from '@windlass/wire/operator'
import type { UnitStanding } from './standing.ts'

/*
 * What the fleet remembers of units. Times are milliseconds since 1970.
 */

/** A blob's bytes are kept under its digest. `sha3`: 64 hexadecimal digits, SHA3-256 of the same bytes. */
export interface Blob {
  digest: string
  size: number
  sha3: string
}

/** One version of an item. `blobs`: digests of all it consists of, its index first. */
export interface ItemVersion extends DesiredItem {
  blobs: readonly string[]
  size: number
  createdAt: number
}

export interface Release {
  id: number
  content: ReleaseRecord['content']
  createdAt: number
}

/** A right to enrol. `tokenHash`: SHA-256, hexadecimal; nobody can read the token back. */
export interface Claim {
  tokenHash: string
  /** The only unit that may use it; null: any. */
  systemId: string | null
  createdAt: number
  /** How many units may enrol with it, and which did. */
  uses: number
  usedBy: readonly string[]
  /** From when on it is refused; null: never. */
  expiresAt: number | null
  withdrawnAt: number | null
}

/** One that nobody used yet. Default: one use, no end. */
export type NewClaim = Pick<Claim, 'tokenHash' | 'systemId' | 'createdAt'> & Partial<Pick<Claim, 'uses' | 'expiresAt'>>

/**
 * `status`: all that the unit last said of itself, changes worked in; null before its first word. `standing`: where it stood on
 * its way to `release` when it was last heard or ordered.
 */
export interface Unit {
  id: string
  model: string
  release: number | null
  /** How often its release was set. */
  orders: number
  /** What operators wrote on it. */
  labels: Readonly<Record<string, string>>
  status: UnitStatus | null
  standing: UnitStanding['standing']
  firstSeen: number
  lastSeen: number
}
