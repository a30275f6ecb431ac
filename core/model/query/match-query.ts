import type { Comparison, Field, KeyedField, Query, Subject } from './query.ts'
import { orderVersions } from './version-order.ts'

/** Whether a query is true of a subject. The fleet's SQL says the same of a row. */
export function matchesQuery(query: Query, subject: Subject): boolean {
  switch (query.is) {
    case 'all':
      return true
    case 'and':
      return query.of.every((part) => matchesQuery(part, subject))
    case 'or':
      return query.of.some((part) => matchesQuery(part, subject))
    case 'not':
      return !matchesQuery(query.of, subject)
    case 'has':
      return keyed(subject, query.field) !== undefined
    case 'equal':
      return valuesOf(subject, query.field).includes(query.value)
    case 'one_of':
      return valuesOf(subject, query.field).some((value) => query.values.includes(value))
    case 'like':
      return valuesOf(subject, query.field).some((value) => isLike(value, query.pattern))
    case '<':
    case '<=':
    case '>':
    case '>=':
      return valuesOf(subject, query.field).some((value) => compares(value, query.is, query.value))
  }
}

function valuesOf(subject: Subject, field: Field): readonly string[] {
  const value = 'key' in field ? keyed(subject, field) : subject[field.of]
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

function keyed(subject: Subject, { of, key }: KeyedField): string | readonly string[] | undefined {
  const pairs = { identity: subject.identity, attribute: subject.attributes, label: subject.labels }[of]
  return pairs && Object.hasOwn(pairs, key) ? pairs[key] : undefined
}

/** Without a regular expression: one with many stars takes as long as it likes. */
function isLike(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const piece of rest) {
    const at = text.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}

function compares(value: string, comparison: Comparison, other: string): boolean {
  const order = orderVersions(value, other)
  if (order === undefined) return false
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[comparison]
}
