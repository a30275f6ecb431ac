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
  return [word.slice(0, at), word.slice(at + 1)]
}
