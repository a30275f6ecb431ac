import { invalid } from './container.ts'

export const full16 = 0xffff
export const full32 = 0xffffffff

/** Every record begins with four bytes of its own. */
export function expectSign(b: Buffer, sign: number, what: string): void {
  const came = b.readUInt32LE(0)
  if (came !== sign) throw invalid(`zip: expected ${what}, got bytes ${b.toString('hex', 0, 4)}`)
}

export function readU64(b: Buffer, at: number): number {
  const n = b.readBigUInt64LE(at)
  if (n > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(`zip: expected a size or position below 2^53, got ${n}`)
  return Number(n)
}

export function writeU64(b: Buffer, n: number, at: number): void {
  b.writeBigUInt64LE(BigInt(n), at)
}
