/**
 * A question that a device, or a unit, answers with yes or no: how groups and lists say whom they mean. The language is
 * docs/query.md's; `parseQuery` reads it, `printQuery` writes it.
 */
export type Query =
  | { is: 'all' }
  | { is: 'and' | 'or'; of: readonly Query[] }
  | { is: 'not'; of: Query }
  | { is: 'has'; field: KeyedField }
  | { is: 'equal'; field: Field; value: string }
  | { is: 'one_of'; field: Field; values: readonly string[] }
  /** `*` in the pattern stands for any characters, none included. */
  | { is: 'like'; field: Field; pattern: string }
  /** By `versionOrder`: what is no version is on neither side. */
  | { is: Comparison; field: Field; value: string }

export type Comparison = '<' | '<=' | '>' | '>='
export const comparisons = ['<=', '>=', '<', '>'] as const satisfies readonly Comparison[]

/** Whom a query is about: each has fields of its own. */
export type About = 'device' | 'unit'
export const plainFields = {
  device: ['id', 'product', 'version', 'hardware', 'status'],
  unit: ['id', 'model', 'standing'],
} as const satisfies Record<About, readonly string[]>
export const keyedFields = {
  device: ['identity', 'attribute', 'label'],
  unit: ['label'],
} as const satisfies Record<About, readonly string[]>
export type PlainField = { of: (typeof plainFields)[About][number] }
export type KeyedField = { of: (typeof keyedFields)[About][number]; key: string }
export type Field = PlainField | KeyedField

/** Longest text of a query, and how deep its parentheses and `not` may nest. */
export const queryLimits = { characters: 4096, depth: 32 } as const

type Texts = Readonly<Record<string, string | readonly string[]>>

/** Of whom a query is asked. A key that has several values is asked about each: one that fits will do. */
export interface Subject {
  id: string
  product?: string
  version?: string
  hardware?: string
  status?: string
  model?: string
  standing?: string
  identity?: Texts
  attributes?: Texts
  labels: Readonly<Record<string, string>>
}
