import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { redraw, tables } from './diagrams.ts'

it('the diagrams of ARCHITECTURE are those of the tables (npm run docs draws them)', () => {
  const document = readFileSync(new URL('../docs/ARCHITECTURE.md', import.meta.url), 'utf8')
  expect(redraw(document)).toBe(document)
})

it.each(Object.entries(tables))(
  '%s, which the console draws, is the one that runs (npm run docs writes it)',
  (file, text) => {
    expect(readFileSync(new URL(`../core/model/${file}`, import.meta.url), 'utf8')).toBe(text)
  },
)
