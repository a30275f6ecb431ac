import { WireError } from '../wire-error.ts'

/** Longest lists that are read: at least four times what AosCore's programs hold (aoscore.md 0.4). */
export const most = {
  instances: 4_096,
  components: 256,
  runtimes: 64,
  resources: 256,
  partitions: 64,
  envVars: 256,
  digests: 256,
  names: 1_024,
  firewallRules: 4_096,
} as const

export function wrong(path: string, expected: string, came: string | number | bigint | undefined): WireError {
  const text = typeof came === 'string' ? JSON.stringify(came.slice(0, 80)) : String(came ?? 'none that is known')
  return new WireError('wrong_shape', `${path}: expected ${expected}, got ${text}`)
}

export function present<T>(path: string, value: T | undefined): T {
  if (value === undefined) throw wrong(path, 'a value', undefined)
  return value
}

/** An unsigned 64-bit number that JavaScript can count with. */
export function whole(path: string, value: bigint): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong(path, 'a whole number below 2^53', value)
  return Number(value)
}

/** What is counted or measured, as the wire wants it: rounded, never below 0. */
export function unsigned(value: number): bigint {
  return BigInt(Math.max(0, Math.round(value)))
}

export function oneOf<T extends string>(path: string, words: readonly T[], value: string): T {
  const known = words.find((word) => word === value)
  if (known === undefined) throw wrong(path, words.join(', '), value)
  return known
}

/** The word of a numbered enum, by its number's place. */
export function wordOf<T extends string>(path: string, words: readonly T[], value: number): T {
  const word = words[value]
  if (word === undefined) throw wrong(path, `0 to ${words.length - 1}`, value)
  return word
}

export function listOf<From, To>(
  path: string,
  longest: number,
  list: readonly From[],
  decode: (path: string, value: From) => To,
): To[] {
  if (list.length > longest) throw wrong(path, `at most ${longest} entries`, list.length)
  return list.map((value, n) => decode(`${path}[${n}]`, value))
}

export function texts(path: string, longest: number, list: readonly string[]): string[] {
  return listOf(path, longest, list, (_, text) => text)
}
