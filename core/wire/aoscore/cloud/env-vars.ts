import type { EnvOverride, EnvVarStatus } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import type { Dialect } from './dialect.ts'
import { errorInfo } from './error-info.ts'
import { listOf } from './fields.ts'
import { byId, decodeFilter, encodeFilter, encodeStateIdent, filterFields } from './identity.ts'
import { encodeTime, time } from './time.ts'

/*
 * overrideEnvVars and overrideEnvVarsStatus (aoscore.md 5.6, 6.5). A `ttl` of none, "" or 0 is for ever.
 */

const ttl = v.pipe(
  v.nullish(v.union([v.picklist(['', '0', 0]), time], 'a moment like 2024-01-31T12:00:00Z')),
  v.transform((value) => (typeof value === 'number' && value > 0 ? value : undefined)),
)
const variable = v.pipe(
  anyCase({
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
    value: v.pipe(v.string(), v.maxLength(10_240)),
    ttl,
  }),
  v.transform(({ name, value, ttl: ttlMs }) => present({ name, value, ttlMs })),
)
const overrideEnvVars = anyCase({
  items: listOf(
    v.pipe(
      anyCase({ ...filterFields, variables: listOf(variable) }),
      v.transform(({ variables, ...filter }): EnvOverride => ({ filter: decodeFilter(filter), variables })),
    ),
  ),
})
const status = v.pipe(
  anyCase({
    item: byId,
    subject: maybe(byId),
    subjectId: maybe(byId),
    instance: count,
    name: v.string(),
    errorInfo,
  }),
  v.transform(
    (o): EnvVarStatus =>
      present({
        ident: { itemId: o.item, subjectId: o.subjectId ?? o.subject ?? '', index: o.instance },
        name: o.name,
        error: o.errorInfo,
      }),
  ),
)
const overrideEnvVarsStatus = anyCase({ statuses: listOf(status) })

/** @throws WireError */
export function decodeOverrideEnvVars(data: unknown): readonly EnvOverride[] {
  return shape('overrideEnvVars', overrideEnvVars, data).items
}

export function encodeOverrideEnvVars(items: readonly EnvOverride[]) {
  return {
    items: items.map(({ filter, variables }) => ({
      ...encodeFilter(filter),
      variables: variables.map(({ name, value, ttlMs }) => ({
        name,
        value,
        ttl: ttlMs === undefined ? undefined : encodeTime(ttlMs),
      })),
    })),
  }
}

/** @throws WireError */
export function decodeEnvVarsStatus(data: unknown): readonly EnvVarStatus[] {
  return shape('overrideEnvVarsStatus', overrideEnvVarsStatus, data).statuses
}

export function encodeEnvVarsStatus(statuses: readonly EnvVarStatus[], dialect: Dialect) {
  return {
    statuses: statuses.map(({ ident, name, error }) => {
      const { item, subject, instance } = encodeStateIdent(ident)
      return { item, [dialect === 'schema' ? 'subjectId' : 'subject']: subject, instance, name, errorInfo: error }
    }),
  }
}
