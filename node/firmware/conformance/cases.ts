/**
 * The cases that agent, server and packager are held to (updatehub.md 9), and the rows of bad input (updatehub.md 8), by
 * the letter of their part and how many there are.
 */
const parts = { A: 30, B: 23, C: 21, D: 28, P: 6, S: 17, E: 32 } as const

/** `A1` to `E32`. */
export const cases: readonly string[] = Object.entries(parts).flatMap(([letter, many]) =>
  Array.from({ length: many }, (_, index) => `${letter}${index + 1}`),
)

/** Where tests named by cases stand. Others number otherwise. */
export const suites: readonly string[] = [
  'core/model',
  'core/trust',
  'core/wire/updatehub',
  'fleet',
  'node/firmware',
  'operator/cli',
]

/** The cases that a test file names: `it('A1 B2 …`, `it('ours: C3 …`, `['E4 …`, `it('P5: …`. */
export function casesIn(source: string): string[] {
  const names = source.matchAll(/['"`](?:ours: )?((?:(?:[A-Z]\d+|\d+\.\d+|11-D\d+)[: ] ?)+)/g)
  return [...names].flatMap(([, numbers = '']) => numbers.split(/[: ]+/)).filter((word) => cases.includes(word))
}

/** The cases of a table of the wire page: its rows' first cells, and why they stand there. */
export function exceptionsIn(page: string): Map<string, string> {
  const section = /^## Cases without a test\n(.*?)(?=^## |$(?![^]))/ms.exec(page)?.[1] ?? ''
  const rows = [...section.matchAll(/^\| ((?:[A-Z]\d+ ?)+) \| (.+) \|$/gm)]
  return new Map(rows.flatMap(([, names = '', why = '']) => names.split(' ').map((name) => [name, why] as const)))
}
