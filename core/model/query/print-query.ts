import type { Field, Query } from './query.ts'
import { isWord, reservedWords } from './query-tokens.ts'

/** A query as text; `parseQuery` makes the same query of it. */
export function printQuery(query: Query): string {
  switch (query.is) {
    case 'all':
      return 'all'
    case 'and':
    case 'or':
      return query.of.map((part) => inside(part)).join(` ${query.is} `)
    case 'not':
      return query.of.is === 'equal'
        ? `${printField(query.of.field)} != ${printValue(query.of.value)}`
        : `not ${inside(query.of)}`
    case 'has':
      return `has ${printField(query.field)}`
    case 'equal':
      return `${printField(query.field)} = ${printValue(query.value)}`
    case 'one_of':
      return `${printField(query.field)} in (${query.values.map(printValue).join(', ')})`
    case 'like':
      return `${printField(query.field)} ~ ${printValue(query.pattern)}`
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `${printField(query.field)} ${query.is} ${printValue(query.value)}`
  }
}

function inside(query: Query): string {
  return query.is === 'and' || query.is === 'or' ? `(${printQuery(query)})` : printQuery(query)
}

function printField(field: Field): string {
  if (!('key' in field)) return field.of
  return isWord(field.key) ? `${field.of}.${field.key}` : `${field.of}.${JSON.stringify(field.key)}`
}

function printValue(value: string): string {
  return isWord(value) && !reservedWords.includes(value) ? value : JSON.stringify(value)
}
