import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Corpus } from './corpus.ts'
import { corpora } from './main.ts'
import { targets } from './targets/index.ts'

/*
 * What the fuzzer found worth keeping, read once more. Inputs of findings that were mended lie there too, as `found-…`.
 */

describe('every input of the corpus is taken or refused', () => {
  it.each(targets.map((target) => [target.name, target] as const))('by %s', async (name, target) => {
    const { inputs } = new Corpus(join(corpora, name))
    expect(inputs.length).toBeGreaterThan(0)
    for (const input of [...target.seeds.map((seed) => Buffer.from(seed)), ...inputs]) {
      const error = await read(target.read, input)
      expect(
        error === undefined || target.refuses(error),
        `${Buffer.from(input).toString('latin1').slice(0, 200)}: ${String(error)}`,
      ).toBe(true)
    }
  })
})

/** What it threw, if it did. */
async function read(reader: (input: Uint8Array) => unknown, input: Uint8Array): Promise<unknown> {
  try {
    await reader(input)
    return undefined
  } catch (error) {
    return error
  }
}
