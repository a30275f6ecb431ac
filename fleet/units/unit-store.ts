import type { UnitStatus } from '@windlass/model/unit'
import type { UnitGroupStore, UnitSelection } from './groups/unit-group.ts'
import type { News, NewsContent, NewsKind } from './news.ts'
import type { Blob, Claim, ItemVersion, NewClaim, Release, Unit } from './records.ts'
import type { UnitRolloutStore } from './rollouts/unit-rollout.ts'

/** The fleet's records of units. Every method is one transaction. Lists are ordered by id, releases newest first. */
export interface UnitStore extends UnitRolloutStore, UnitGroupStore {
  addBlob(blob: Blob): Promise<void>
  blobs(digests: readonly string[]): Promise<Blob[]>

  /** `other`: this version is there with another content, which stays. */
  addItem(item: ItemVersion): Promise<'added' | 'same' | 'other'>
  items(): Promise<ItemVersion[]>

  addRelease(content: Release['content'], at: number): Promise<Release>
  release(id: number): Promise<Release | undefined>
  releases(): Promise<Release[]>

  addClaim(claim: NewClaim): Promise<void>
  /** Newest first, at most `mostClaims`. */
  claims(): Promise<Claim[]>
  /** `id`: the first digits of the hash of its token. One of which no use is left has done its work. */
  withdrawClaim(id: string, at: number): Promise<'withdrawn' | 'unknown' | 'used'>
  /**
   * Uses a claim and registers the unit. A known unit enrols again only with a claim in its name, or with the one it had
   * while it was never heard: the answer may have been lost. `serials`: of the certificates that it gets; those it had before
   * do not count any more.
   */
  enrol(
    tokenHash: string,
    unit: { id: string; model: string; at: number; serials?: readonly string[] },
  ): Promise<'enrolled' | 'unknown' | 'used' | 'other_unit' | 'expired' | 'withdrawn'>
  /** Nothing that the unit has counts any more, until it enrols again. How many certificates that were; undefined: no such unit. */
  revoke(unit: string, at: number): Promise<number | undefined>
  /**
   * Whether the unit may come, with this certificate where it shows one. One that is not known counts only for a unit that
   * enrolled when certificates were not written down.
   */
  counts(unit: string, serial: string | null): Promise<boolean>

  unit(id: string): Promise<Unit | undefined>
  units(query: UnitSelection & { limit: number; after?: string | undefined }): Promise<Unit[]>
  /** False when the unit is not known. */
  setRelease(unit: string, release: number): Promise<boolean>
  /** Writes down what a unit said; `merge` is pure and sees what was known. Two calls for one unit wait for each other. */
  hear(unit: string, at: number, merge: (before: UnitStatus | null) => UnitStatus | null): Promise<Unit | undefined>

  /** Keeps what came, oldest first, and lets go of what is beyond the kind's limit. The unit must be known. */
  addNews<K extends NewsKind>(unit: string, kind: K, at: number, contents: readonly NewsContent[K][]): Promise<void>
  /** Newest first. */
  news<K extends NewsKind>(unit: string, kind: K): Promise<News<K>[]>
}

export const mostClaims = 1000
