import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { invariants } from './all.ts'

it('every invariant has a file, and a test that breaks it', () => {
  const files = readdirSync(import.meta.dirname)
  for (const { name } of invariants) expect(files).toEqual(expect.arrayContaining([`${name}.ts`, `${name}.test.ts`]))
})
