import { slotParts } from '../world/catalogue.ts'

export const diskBounded = { name: 'disk-bounded', says: 'what the agent keeps on the disk stays bounded' } as const

/** What the device's own files may take at most: two packages, and what the agent remembers. Bytes. */
export const mostDiskBytes = 2 * (slotParts.boot + slotParts.root) + 65_536

/** The main node of a unit also keeps blobs of older releases until it needs the room: all that its disk has. */
export const mostMainBytes = 2 ** 21

export function overfull(usedBytes: number, mostBytes: number): string | undefined {
  return usedBytes > mostBytes ? `expected at most ${mostBytes} bytes, got ${usedBytes}` : undefined
}
