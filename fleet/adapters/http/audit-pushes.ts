import type { FastifyInstance } from 'fastify'
import type { AuditStore } from '../../people/audit.ts'
import { note, targetOf } from './audit.ts'

const end = '/uhu/packages/:uid/finish'

/**
 * Writes down which packager brought what, and what one was refused. Only the end of a push makes a package: what goes before it is
 * not written, nor what nobody known asks.
 */
export function auditPushes(app: FastifyInstance, { audit, now }: { audit: AuditStore; now(): number }): void {
  app.decorateRequest('noted', null)
  app.addHook('onRequest', async (request) => note(request, { from: request.ip }))
  app.addHook('onSend', async (request, { statusCode: result }) => {
    const { method, routeOptions, noted } = request
    const { who, from = '', code = null, made = null } = noted ?? {}
    const route = routeOptions.url ?? ''
    if (who === undefined || method === 'GET' || (result < 400 && route !== end)) return
    const deed = { at: now(), kind: 'packager', who, from, action: `${method} ${route}`, target: targetOf(request) }
    await audit.add({ ...deed, made: result < 400 ? made : null, result, code })
  })
}
