import type { StoredImage } from './image-records.ts'

export interface Keeping {
  /** Versions of one item that are kept, used ones included. */
  versionsPerItem: number
  /** Images kept in all, used ones included. */
  images: number
  /** How long an unused one is kept at most. */
  ttlMs: number
}

export const defaultKeeping: Keeping = { versionsPerItem: 2, images: 256, ttlMs: 30 * 24 * 3_600_000 }

/** Which images go (aoscore.md 4.6, cases I24 and I25): unused ones only, the longest unused first. */
export function toEvict(images: readonly StoredImage[], keeping: Keeping, now: number): StoredImage[] {
  const gone = new Set(images.filter(({ removedAt }) => removedAt !== undefined && now - removedAt >= keeping.ttlMs))
  const unused = images.filter(({ removedAt }) => removedAt !== undefined).toSorted(byAge)
  const left = () => images.filter((image) => !gone.has(image))
  for (const image of unused) {
    const versions = left().filter(({ itemId }) => itemId === image.itemId).length
    if (versions > keeping.versionsPerItem || left().length > keeping.images) gone.add(image)
  }
  return [...gone]
}

/** The longest unused one; undefined when all are in use. */
export function oldestUnused(images: readonly StoredImage[]): StoredImage | undefined {
  return images.filter(({ removedAt }) => removedAt !== undefined).toSorted(byAge)[0]
}

function byAge(one: StoredImage, other: StoredImage): number {
  return (one.removedAt ?? 0) - (other.removedAt ?? 0)
}
