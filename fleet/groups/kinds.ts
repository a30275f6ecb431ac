import { matchesQuery, type Query } from '@windlass/model'

/** What devices differ in of which there are few values, whatever the number of devices. */
export const kindFields = ['product', 'version', 'hardware', 'status'] as const
export type KindField = (typeof kindFields)[number]

/** Every value that some device has now. */
export type Kinds = Readonly<Record<KindField, readonly string[]>>

/** Values that go together, and how many devices have them. */
export type Kind = Readonly<Record<KindField, string>> & { devices: number }

export function kindsIn(all: readonly Kind[]): Kinds {
  const of = (field: KindField) => [...new Set(all.map((kind) => kind[field]))]
  return { product: of('product'), version: of('version'), hardware: of('hardware'), status: of('status') }
}

/** How many devices a query can be true of at most, by their kinds alone. Pure. */
export function atMost(query: Query, all: readonly Kind[]): number {
  return all.reduce((sum, kind) => sum + (couldBe(query, kind, true) ? kind.devices : 0), 0)
}

/** Whether a query could be `answer` of some device of a kind. */
function couldBe(query: Query, kind: Kind, answer: boolean): boolean {
  if (query.is === 'not') return couldBe(query.of, kind, !answer)
  if (query.is === 'all') return answer
  if (query.is === 'and' || query.is === 'or') {
    const all = (query.is === 'and') === answer
    return query.of[all ? 'every' : 'some']((part) => couldBe(part, kind, answer))
  }
  return fieldOf(query) === undefined || matchesQuery(query, { ...nobody, ...kind }) === answer
}

/** So many values are still worth being written out. */
const fewValues = 1000

/**
 * The same query, with what is asked about kinds written out as the values that fit, which an index answers. Pure; it is the
 * same as long as there are no other values than these.
 */
export function writtenOut(query: Query, kinds: Kinds): Query {
  if (query.is === 'and' || query.is === 'or')
    return { is: query.is, of: query.of.map((part) => writtenOut(part, kinds)) }
  if (query.is !== 'not') return valuesFor(query, kinds)
  const { of } = query
  if (of.is === 'not') return writtenOut(of.of, kinds)
  if (of.is !== 'and' && of.is !== 'or') return valuesFor(query, kinds)
  // What is not asked of one is asked of the others.
  const others = of.of.map((part): Query => ({ is: 'not', of: part }))
  return writtenOut({ is: of.is === 'and' ? 'or' : 'and', of: others }, kinds)
}

/** A question about one field, or its opposite. */
function valuesFor(query: Query, kinds: Kinds): Query {
  const field = fieldOf(query.is === 'not' ? query.of : query)
  return (field && values(query, field, kinds)) ?? query
}

function fieldOf(query: Query): KindField | undefined {
  return 'field' in query ? kindFields.find((name) => name === query.field.of) : undefined
}

function values(query: Query, field: KindField, kinds: Kinds): Query | undefined {
  const all = kinds[field]
  if (all.length > fewValues) return undefined
  return {
    is: 'one_of',
    field: { of: field },
    values: all.filter((value) => matchesQuery(query, deviceOf(field, value))),
  }
}

const nobody = { id: '', product: '', version: '', hardware: '', status: '', identity: {}, attributes: {}, labels: {} }

function deviceOf(field: KindField, value: string) {
  return { ...nobody, [field]: value }
}

/** Which kinds have a text in their name, in upper or lower case. */
export function kindsWith(text: string, kinds: Kinds): Pick<Kinds, 'version' | 'hardware' | 'status'> {
  const having = (field: KindField) => kinds[field].filter((value) => value.toLowerCase().includes(text))
  return { version: having('version'), hardware: having('hardware'), status: having('status') }
}
