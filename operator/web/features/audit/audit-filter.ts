import type { AuditQuery } from '@windlass/wire/operator'

/** Which entries are shown, as the page's address says it. Times as a field for them writes them, local. */
export interface AuditFilter {
  who?: string
  action?: string
  since?: string
  until?: string
  only?: 'done' | 'refused'
}

const words = ['who', 'action', 'since', 'until'] as const

export function filterOf(search: Record<string, unknown>): AuditFilter {
  const { only } = search
  const filter: AuditFilter = only === 'done' || only === 'refused' ? { only } : {}
  for (const name of words) {
    const value = search[name]
    if (typeof value === 'string' && value !== '') filter[name] = value
  }
  return filter
}

/** The same as the fleet is asked for it; a time that is none is left out. */
export function queryOf({ since, until, ...rest }: AuditFilter): AuditQuery {
  return { ...rest, ...momentAs('since', since), ...momentAs('until', until) }
}

function momentAs(name: 'since' | 'until', local: string | undefined): AuditQuery {
  const at = local === undefined ? Number.NaN : Date.parse(local)
  return Number.isNaN(at) ? {} : { [name]: new Date(at).toISOString() }
}
