import { auditCheck, auditList, auditQuery } from '@windlass/wire/operator'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AuditStore, checkChain, type Entry } from '../../people/audit.ts'
import { typed } from './typed-api.ts'

interface Noted {
  /** Where it is from: nobody knows any more once the line is cut. */
  from?: string
  who?: string
  made?: string
  code?: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** For the audit log: who it was, where no sign-in says so, what came of it, and why it was refused. */
    noted: Noted | null
  }
}

// Orders that start nothing: whoever fills in a form asks at every key.
const foretelling = ['POST /rollouts/forecast', 'POST /unit-rollouts/forecast']

/**
 * Writes down what somebody changes in this scope, or is refused to, before the answer goes out. What only reads is not written, nor
 * what nobody known asks, but for sign-ins: a stranger could fill the disk.
 */
export function keepAudit(api: FastifyInstance, { store, now }: { store: AuditStore; now(): number }): void {
  api.decorateRequest('noted', null)
  api.addHook('onRequest', async (request) => {
    request.noted = { from: request.ip }
  })
  api.addHook('preSerialization', async (request, _reply, payload) => {
    const made = nameIn(payload)
    if (made !== undefined) note(request, { made })
    return payload
  })
  api.addHook('onSend', async (request, { statusCode: result }) => {
    const { method, routeOptions, caller, noted } = request
    const who = caller?.name ?? noted?.who
    const action = `${method} ${(routeOptions.url ?? 'unknown').replace(/^\/api\/v1/, '')}`
    const reads = (method === 'GET' || method === 'HEAD' || foretelling.includes(action)) && noted?.who === undefined
    if (reads || who === undefined || result === 429) return
    const kind = caller?.kind ?? 'user'
    const target = targetOf(request)
    const { from = '', made = null, code = null } = noted ?? {}
    await store.add({ at: now(), kind, who, from, action, target, made: result < 400 ? made : null, result, code })
  })
}

/** For the entry of this request. */
export function note(request: FastifyRequest, what: Noted): void {
  request.noted = { ...request.noted, ...what }
}

export function auditRoutes(app: FastifyInstance, store: AuditStore): void {
  const api = typed(app)
  api.get('/audit', { schema: { querystring: auditQuery, response: { 200: auditList } } }, async ({ query }) => {
    const { limit, cursor: before, who, action, since, until, only } = query
    const times = { since: instant(since), until: instant(until) }
    const entries = await store.entries({ who, action, ...times, only, before, limit })
    return { entries: entries.map(encodeEntry), next: entries.length === limit ? (entries.at(-1)?.id ?? null) : null }
  })
  api.get('/audit/check', { schema: { response: { 200: auditCheck } } }, () => checkChain(store))
}

// Without what stands behind the question mark: only paths name things.
export function targetOf({ url }: FastifyRequest): string {
  return url.replace(/\?.*$/s, '').slice(0, 500)
}

/** The number or name of what an answer shows. */
function nameIn(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined
  const { id, uid, name } = payload as { id?: unknown; uid?: unknown; name?: unknown }
  const found = id ?? uid ?? name
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined
}

function encodeEntry(entry: Entry) {
  return { ...entry, at: new Date(entry.at).toISOString() }
}

function instant(moment: string | undefined): number | undefined {
  return moment === undefined ? undefined : Date.parse(moment)
}
