import {
  type About,
  comparisons,
  type Field,
  type KeyedField,
  keyedFields,
  plainFields,
  type Query,
  queryLimits,
} from './query.ts'
import { QueryError } from './query-error.ts'
import { reservedWords, type Token, tokensOf } from './query-tokens.ts'

/** Reads a query about devices, or about units. @throws QueryError with the position, what was expected there and what came */
export function parseQuery(text: string, about: About = 'device'): Query {
  if (text.length > queryLimits.characters) {
    const expected = `at most ${queryLimits.characters} characters`
    throw new QueryError(queryLimits.characters + 1, expected, `${text.length} of them`)
  }
  const unpaired = text.search(/\p{Surrogate}/u)
  if (unpaired >= 0) throw new QueryError(unpaired + 1, 'whole characters', 'half of one')
  const reader = new Reader(tokensOf(text), about)
  const query = either(reader, 0)
  reader.end()
  return query
}

/** `a or b or c` */
function either(reader: Reader, depth: number): Query {
  const of = [both(reader, depth)]
  while (reader.skip('word', 'or')) of.push(both(reader, depth))
  return joined('or', of)
}

/** `a and b and c` */
function both(reader: Reader, depth: number): Query {
  const of = [one(reader, depth)]
  while (reader.skip('word', 'and')) of.push(one(reader, depth))
  return joined('and', of)
}

function joined(is: 'and' | 'or', of: readonly Query[]): Query {
  const [first] = of
  return first && of.length === 1 ? first : { is, of }
}

function one(reader: Reader, depth: number): Query {
  if (depth > queryLimits.depth) throw reader.off(`at most ${queryLimits.depth} levels of parentheses and not`)
  if (reader.skip('word', 'not')) return { is: 'not', of: one(reader, depth + 1) }
  if (reader.skip('sign', '(')) {
    const inner = either(reader, depth + 1)
    reader.must(')')
    return inner
  }
  if (reader.skip('word', 'all')) return { is: 'all' }
  if (reader.skip('word', 'has')) return { is: 'has', field: keyedFieldOf(reader) }
  return comparison(reader)
}

function comparison(reader: Reader): Query {
  const field = fieldOf(reader)
  if (reader.skip('sign', '=')) return { is: 'equal', field, value: reader.value() }
  if (reader.skip('sign', '!=')) return { is: 'not', of: { is: 'equal', field, value: reader.value() } }
  if (reader.skip('sign', '~')) return { is: 'like', field, pattern: reader.value() }
  for (const is of comparisons) if (reader.skip('sign', is)) return { is, field, value: reader.value() }
  if (!reader.skip('word', 'in')) throw reader.off('=, !=, ~, <, <=, >, >= or in')
  reader.must('(')
  const values = [reader.value()]
  while (reader.skip('sign', ',')) values.push(reader.value())
  reader.must(')')
  return { is: 'one_of', field, values }
}

function fieldOf(reader: Reader): Field {
  const { kind, text } = reader.here
  const plain = plainFields[reader.about].find((name) => name === text)
  if (kind !== 'word' || plain === undefined) return keyedFieldOf(reader, `a field (${allFields(reader.about)})`)
  reader.step()
  return { of: plain }
}

function allFields(about: About): string {
  return [...plainFields[about], ...keyedFields[about].map((of) => `${of}.KEY`)].join(', ')
}

/** `label.site`, or `label."any text"`. */
function keyedFieldOf(reader: Reader, expected = keysOf(reader.about)): KeyedField {
  const { here } = reader
  const of = keyedFields[reader.about].find((name) => here.text.startsWith(`${name}.`))
  if (here.kind !== 'word' || of === undefined) throw reader.off(expected)
  const key = here.text.slice(of.length + 1)
  reader.step()
  if (key !== '') return { of, key }
  const { here: named } = reader
  if (named.kind !== 'text' || named.at !== here.at + here.text.length) throw reader.off(`a key right behind ${of}.`)
  reader.step()
  return { of, key: named.text }
}

function keysOf(about: About): string {
  return { device: 'identity.KEY, attribute.KEY or label.KEY', unit: 'label.KEY' }[about]
}

/** The tokens of a query, one after the other. */
class Reader {
  readonly about: About
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(tokens: readonly Token[], about: About) {
    this.#tokens = tokens
    this.about = about
  }

  get here(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: 1 }
  }

  step(): void {
    this.#next += 1
  }

  skip(kind: Token['kind'], text: string): boolean {
    const fits = this.here.kind === kind && this.here.text === text
    if (fits) this.step()
    return fits
  }

  must(sign: string): void {
    if (!this.skip('sign', sign)) throw this.off(sign === ')' ? ') or more of the list' : sign)
  }

  value(): string {
    const { kind, text } = this.here
    const fits = kind === 'text' || (kind === 'word' && !reservedWords.includes(text))
    if (!fits) throw this.off('a value (a word, or a text in double quotes)')
    this.step()
    return text
  }

  end(): void {
    if (this.here.kind !== 'end') throw this.off('and, or, or the end')
  }

  off(expected: string): QueryError {
    const { kind, text, at } = this.here
    return new QueryError(at, expected, kind === 'end' ? 'the end' : JSON.stringify(text))
  }
}
