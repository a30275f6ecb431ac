import type { Files } from '@windlass/platform'
import type { Subnet } from './subnet.ts'

const mostBytes = 1024 * 1024

/** The networks that this machine has routes to (Linux, `/proc/net/route`), without the default route. */
export async function hostRoutes(files: Pick<Files, 'readFile'>): Promise<Subnet[]> {
  const text = new TextDecoder().decode(await files.readFile('/proc/net/route', mostBytes))
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 7)
    .map((fields) => ({ base: littleEndian(fields[1] ?? ''), bits: onesOf(littleEndian(fields[7] ?? '')) }))
    .filter(({ bits }) => bits > 0)
}

function littleEndian(hex: string): number {
  return Buffer.from(hex.padStart(8, '0'), 'hex').readUInt32LE(0)
}

function onesOf(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length
}
