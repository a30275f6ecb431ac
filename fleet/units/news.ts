import type { EnvOverride, EnvVarStatus, UnitAlert, UnitFact, UnitMonitoring } from '@windlass/model/unit'
import type { EnvOrder, LogPartRecord } from '@windlass/wire/operator'
import type { AskedLog } from './log-requests.ts'

/** What is kept of a unit beside its status, by kind. `log_request` and `env` are what an operator ordered, the rest the unit said. */
export interface NewsContent {
  alert: UnitAlert
  monitoring: UnitMonitoring
  log: Omit<LogPartRecord, 'at'>
  log_request: AskedLog
  env: EnvOrder['items']
  env_status: readonly EnvVarStatus[]
}
export type NewsKind = keyof NewsContent

export interface News<K extends NewsKind> {
  at: number
  content: NewsContent[K]
}

/** How many of each kind are kept for a unit; older ones go. */
export const newsLimits: Readonly<Record<NewsKind, number>> = {
  alert: 500,
  monitoring: 60,
  log: 64,
  log_request: 16,
  env: 1,
  env_status: 1,
}

/** What to keep of a fact: its kind and entries, oldest first; undefined where there is nothing to keep. */
export function newsOf(fact: UnitFact): { [K in NewsKind]: [K, readonly NewsContent[K][]] }[NewsKind] | undefined {
  if (fact.kind === 'alerts') return ['alert', fact.alerts]
  if (fact.kind === 'monitoring') return ['monitoring', [fact.monitoring]]
  if (fact.kind === 'env_vars_status') return ['env_status', [fact.statuses]]
  if (fact.kind !== 'push_log') return undefined
  const { correlationId: request, data, error, ...part } = fact.part
  const gzip = Buffer.from(data).toString('base64')
  return ['log', [{ ...part, request, nodeId: fact.nodeId, gzip, error: error?.message ?? null }]]
}

/** Variables as units are told of them. */
export function overridesOf(items: EnvOrder['items']): EnvOverride[] {
  return items.map(({ variables, itemId, subjectId, index }) => ({
    filter: {
      ...(itemId !== undefined && { itemId }),
      ...(subjectId !== undefined && { subjectId }),
      ...(index !== undefined && { index }),
    },
    variables: variables.map(({ name, value, till }) => ({
      name,
      value,
      ...(till !== undefined && { ttlMs: Date.parse(till) }),
    })),
  }))
}
