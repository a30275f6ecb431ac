import { createHash } from 'node:crypto'
import type { Random } from '@windlass/platform'

/** What is kept of a token or a session: both are long and random, so that a plain digest tells nothing. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Begins with a word that programs which look for leaked secrets can find. */
export function newTokenText(random: Random): string {
  return `windlass_${Buffer.from(random.bytes(32)).toString('base64url')}`
}

export function newSessionText(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url')
}

/** Four groups of five, without letters that look alike: 100 bits. */
export function newPasswordText(random: Random): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  const picked = [...random.bytes(20)].map((byte) => letters[byte % letters.length] ?? '')
  return [0, 5, 10, 15].map((at) => picked.slice(at, at + 5).join('')).join('-')
}
