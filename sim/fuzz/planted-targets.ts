import type { Target } from './target.ts'

/*
 * Parsers with defects in them, for the tests of the fuzzer: nobody believes a smoke detector that never rang.
 */

class Refusal extends Error {}
const refuses = (error: unknown) => error instanceof Refusal

/** Falls over what comes behind three letters, each of which is judged on its own. */
const crashes: Target = {
  name: 'crashes',
  seeds: ['plain'],
  refuses,
  read(input) {
    if (input[0] !== 0x57) throw new Refusal('not a W')
    if (input[1] !== 0x4c) throw new Refusal('not an L')
    if (input[2] !== 0x53) throw new Refusal('not an S')
    throw new TypeError('cannot read properties of undefined')
  },
}

const hangs: Target = {
  name: 'hangs',
  seeds: ['plain'],
  refuses,
  read(input) {
    while (input.length > 40);
  },
}

const kept: Uint8Array[] = []
const grows: Target = { name: 'grows', seeds: ['x'], refuses, read: () => kept.push(new Uint8Array(50_000)) }

const fills: Target = {
  name: 'fills',
  seeds: ['x'],
  refuses,
  read(input) {
    for (const list: string[] = []; input.length > 10; ) list.push(`${list.length} of many`)
  },
}

const sound: Target = { name: 'sound', seeds: ['x'], refuses, read: (input) => input.length }

export const targets: readonly Target[] = [crashes, hangs, grows, fills, sound]
