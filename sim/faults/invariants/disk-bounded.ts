import { slotParts } from '../world/catalogue.ts'

export const diskBounded = { name: 'disk-bounded', says: 'what the agent keeps on the disk stays bounded' } as const

/** What the device's own files may take at most: two packages, and what the agent remembers. Bytes. */
export const mostDiskBytes = 2 * (slotParts.boot + slotParts.root) + 65_536

export function overfull(usedBytes: number): string | undefined {
  return usedBytes > mostDiskBytes ? `expected at most ${mostDiskBytes} bytes, got ${usedBytes}` : undefined
}
