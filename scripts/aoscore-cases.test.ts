import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const places = ['unit', 'node/services', 'node/firmware/commander', 'core/wire/aoscore', 'fleet', 'sim/unit']
/** Letters of aoscore.md chapter 10, and how many cases each has. */
const counts = { D: 25, S: 29, U: 32, I: 25, L: 31, C: 22 }
const all = Object.entries(counts).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, n) => `${letter}${n + 1}`),
)

function tests(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() && /\.(test|contract)\.ts$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

/** Cases in the names of tests, wherever they stand there. */
function named(source: string): string[] {
  const names = [
    ...source.matchAll(/(?:\b(?:it|describe|test)(?:\.\w+)*(?:\([^'"`]*\))?\(\s*|^\s*\[|^\s*\]\)\()(['"`])(.*?)\1/gm),
  ]
  const rows = [...source.matchAll(/^\s+['"`]?([DSUILC]\d{1,2}) [^'"`]*['"`]?[,:]/gm)].map(([, found]) => found ?? '')
  return [
    ...rows,
    ...names.flatMap(([, , name]) => [...(name ?? '').matchAll(/\b([DSUILC]\d{1,2})\b/g)].map(([found]) => found)),
  ]
}

function exceptions(): string[] {
  const page = readFileSync(join(root, 'docs/wire/aoscore.md'), 'utf8')
  const [, table = ''] = page.split('## Cases without a test')
  return [...table.matchAll(/^\| ((?:[A-Z]\d+ ?)+) \|/gm)].flatMap(([, cases]) => (cases ?? '').trim().split(' '))
}

describe('the cases of AosCore’s conformance list', () => {
  const shown = new Set(places.flatMap(tests).flatMap(named))
  it('are each a test named by its number, or an exception that the wire page gives a reason for', () => {
    expect(all.filter((name) => !shown.has(name) && !exceptions().includes(name))).toEqual([])
  })

  it('are no exception where there is none', () => {
    expect(exceptions().filter((name) => !all.includes(name))).toEqual([])
  })

  it('are read from names of every form', () => {
    const source =
      "it('D7 D10 ignores', …)\n  it.each([\n    ['L4', 'storage'],\n  ])('%s', …)\nit('keeps two (I24)', …)"
    expect(named(source)).toEqual(['D7', 'D10', 'L4', 'I24'])
  })
})
