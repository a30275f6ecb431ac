import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cases, casesIn, exceptionsIn, suites } from './cases.ts'

const root = join(import.meta.dirname, '../../..')

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return testFiles(path)
    return /\.(test|contract)\.ts$/.test(entry.name) ? [path] : []
  })
}

const shown = new Set(
  suites.flatMap((suite) => testFiles(join(root, suite)).flatMap((path) => casesIn(readFileSync(path, 'utf8')))),
)
const page = readFileSync(join(root, 'docs/wire/updatehub.md'), 'utf8')
const exceptions = exceptionsIn(page)

describe('the cases of the conformance list', () => {
  it('are each a test named by its number, or an exception that the wire page gives a reason for', () => {
    expect(cases.filter((name) => !shown.has(name) && !exceptions.has(name))).toEqual([])
  })

  it('are no exception where there is a test', () => {
    expect([...exceptions.keys()].filter((name) => shown.has(name) || !cases.includes(name))).toEqual([])
  })

  it('are few exceptions', () => {
    expect(exceptions.size).toBeLessThan(5)
  })
})

describe('the names of cases', () => {
  it('are read from the beginning of a test’s name', () => {
    const source = `
      it('A1 E27 an abort', …)
      it("ours: C2 W6 after that", …)
      it.each([['D14 a row', 1], [\`E5 another\`, 2]])
      it('P5: a colon', …)
      it('knows nothing of B9 in the middle', …)
      it('11-D11 a decision', …)
    `
    expect(casesIn(source)).toEqual(['A1', 'E27', 'C2', 'D14', 'E5', 'P5'])
  })

  it('are read from the table of exceptions', () => {
    const text =
      '## Before\n| A1 | no |\n## Cases without a test\n\n| | why |\n|---|---|\n| S14 E3 | because |\n\n## After\n| A2 | no |\n'
    expect(exceptionsIn(text)).toEqual(
      new Map([
        ['S14', 'because'],
        ['E3', 'because'],
      ]),
    )
  })
})
