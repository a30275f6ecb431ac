import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { redraw } from './diagrams.ts'

it('the diagrams of ARCHITECTURE are those of the tables (npm run docs draws them)', () => {
  const document = readFileSync(new URL('../docs/ARCHITECTURE.md', import.meta.url), 'utf8')
  expect(redraw(document)).toBe(document)
})
