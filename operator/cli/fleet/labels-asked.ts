import { CliError } from '../cli-error.ts'

/** Words that are labels (`key=value`), and those that name somebody. @throws CliError `usage` where nothing is to be changed */
export function labelsAsked(
  words: readonly string[],
  remove: readonly string[],
): { set: Record<string, string>; named: string[] } {
  const [labels, named] = [words.filter((word) => word.includes('=')), words.filter((word) => !word.includes('='))]
  if (labels.length + remove.length === 0)
    throw new CliError('usage', 'expected labels (key=value) or --remove, got none')
  return { set: Object.fromEntries(labels.map(labelOf)), named }
}

function labelOf(word: string): [string, string] {
  const at = word.indexOf('=')
  if (at === 0) throw new CliError('usage', `expected a label as key=value, got ${word}`)
  return [word.slice(0, at), word.slice(at + 1)]
}

/** Who is to have them: those named, or all of a query or a group; `what` they are, in the plural. @throws CliError `usage` unless it is one way */
export function whoAsked(
  what: string,
  { named, query, group }: { named: readonly string[]; query: string | undefined; group: string | undefined },
): { named: readonly string[] } | { query: string } | { group: string } {
  const ways = [named.length > 0, query !== undefined, group !== undefined].filter(Boolean).length
  if (ways !== 1)
    throw new CliError('usage', `expected ${what}, --query or --group, got ${ways === 0 ? 'none' : 'several'} of them`)
  if (query !== undefined) return { query }
  return group === undefined ? { named } : { group }
}
