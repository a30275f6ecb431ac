import { QueryError } from './query-error.ts'

/** A piece of a query's text. `at`: its first character, from 1. */
export type Token =
  | { kind: 'word'; text: string; at: number }
  | { kind: 'text'; text: string; at: number }
  | { kind: 'sign'; text: string; at: number }
  | { kind: 'end'; text: ''; at: number }

/** Words that mean something themselves: as a value they stand in quotes. */
export const reservedWords: readonly string[] = ['all', 'and', 'or', 'not', 'has', 'in']

const word = /[\p{L}\p{N}_.:/@+*-]+/uy
const quoted = /"(?:[^"\\]|\\.)*"/suy
const sign = /!=|<=|>=|[=<>~(),]/y
const blank = /\s+/y

/** What can stand without quotes. */
export function isWord(text: string): boolean {
  word.lastIndex = 0
  return word.exec(text)?.[0] === text
}

/** @throws QueryError at a character that begins nothing */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (form: RegExp): string | undefined => {
    form.lastIndex = at
    const [found] = form.exec(text) ?? []
    at += found?.length ?? 0
    return found
  }
  for (take(blank); at < text.length; take(blank)) tokens.push(tokenAt(text, at + 1, take))
  return [...tokens, { kind: 'end', text: '', at: at + 1 }]
}

function tokenAt(text: string, at: number, take: (form: RegExp) => string | undefined): Token {
  const plain = take(word)
  if (plain !== undefined) return { kind: 'word', text: plain, at }
  const inQuotes = take(quoted)
  if (inQuotes !== undefined) return { kind: 'text', text: quotedText(inQuotes, at), at }
  const other = take(sign)
  if (other !== undefined) return { kind: 'sign', text: other, at }
  const came = JSON.stringify(String.fromCodePoint(text.codePointAt(at - 1) ?? 0))
  if (came === '"\\""') throw new QueryError(at, 'a text in double quotes that ends', 'one that does not')
  throw new QueryError(at, 'a word, a text in double quotes or a sign', came)
}

/** The text that a string of JSON stands for. What no database holds can be true of nobody. */
function quotedText(json: string, at: number): string {
  const text = tryJson(json)
  if (text === undefined) throw new QueryError(at, 'a text with the escapes of JSON', JSON.stringify(json))
  if (text.isWellFormed() && !text.includes('\0')) return text
  throw new QueryError(at, 'whole characters without NUL', JSON.stringify(text))
}

function tryJson(json: string): string | undefined {
  try {
    return JSON.parse(json) as string
  } catch {
    return undefined
  }
}
