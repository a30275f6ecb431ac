import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { agentTable, redraw } from './diagrams.ts'

it('the diagrams of ARCHITECTURE are those of the tables (npm run docs draws them)', () => {
  const document = readFileSync(new URL('../docs/ARCHITECTURE.md', import.meta.url), 'utf8')
  expect(redraw(document)).toBe(document)
})

it("the agent's table that the console draws is the one that runs (npm run docs writes it)", () => {
  expect(readFileSync(new URL('../core/model/agent-table.json', import.meta.url), 'utf8')).toBe(agentTable)
})
