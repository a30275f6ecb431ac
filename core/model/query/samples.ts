import fc from 'fast-check'
import type { Field, Query, Subject } from './query.ts'

/*
 * Queries and subjects for property tests: few values, so that they meet.
 */

const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a', 'B', 'gw-mk2', 'and', '3.1', '3.1.0-rc.2', 'v10', '%', '_', '\\', '"', ''),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }).filter((s) => !s.includes('\0')) },
)
const version = fc.oneof(
  fc.constantFrom(
    '3',
    '3.0',
    '3.0.1',
    '3.0.1-rc.1',
    '3.0.1-rc.a',
    '3.0.1-rc',
    '10.0',
    'v3.1',
    '3.1+b',
    '2026.11.22.1',
    'x',
    '',
  ),
  fc.tuple(fc.nat(12), fc.nat(12)).map((numbers) => numbers.join('.')),
)
const pattern = fc.array(fc.oneof(fc.constant('*'), text), { maxLength: 4 }).map((pieces) => pieces.join(''))
const key = fc.constantFrom('serial', 'site', 'and', 'of two', 'é"')

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ of: fc.constantFrom('id', 'product', 'version', 'hardware', 'status') }),
  fc.record({ of: fc.constantFrom('identity', 'attribute', 'label'), key }),
)
const keyed = fc.record({ of: fc.constantFrom('identity', 'attribute', 'label'), key })
const value = fc.oneof(text, version)

const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.constant<Query>({ is: 'all' }),
  fc.record({ is: fc.constant('has'), field: keyed }),
  fc.record({ is: fc.constant('equal'), field, value }),
  fc.record({ is: fc.constant('one_of'), field, values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ is: fc.constant('like'), field, pattern }),
  fc.record({ is: fc.constantFrom('<', '<=', '>', '>='), field, value: version }),
)

/** Any query that is not deep. */
export const anyQuery: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ is: fc.constantFrom('and', 'or'), of: fc.array(tie('query'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ is: fc.constant('not'), of: tie('query') }),
  ),
})).query

const pairs = fc.dictionary(key, fc.oneof(value, fc.array(value, { maxLength: 3 })), {
  maxKeys: 3,
  noNullPrototype: true,
})

/** Any device as a query sees it, but for its id. */
export const anySubject: fc.Arbitrary<Required<Omit<Subject, 'id' | 'model' | 'standing'>>> = fc.record({
  product: text,
  version,
  hardware: text,
  status: fc.constantFrom('idle', 'error', 'updated'),
  identity: pairs,
  attributes: pairs,
  labels: fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true }),
})
