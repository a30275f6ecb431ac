import type { FastifyInstance } from 'fastify'
import { noTracing, type OpenSpan, type Tracing } from '../../telemetry/tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: OpenSpan | null
  }
}

/** A span for each request, named by its route: what stands in its place in an address may be somebody's. Goes before the routes. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  if (tracing === noTracing) return
  app.decorateRequest('span', null)
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, headers } = request
    const route = routeOptions.url ?? 'unknown'
    const facts = { 'http.request.method': method, 'http.route': route }
    const parent = headers['traceparent']
    const span = tracing.open({
      name: `${method} ${route}`,
      kind: 'server',
      facts,
      ...(typeof parent === 'string' && { parent }),
    })
    request.span = span
    span.within(done)
  })
  // A body comes by the socket's own events, which are outside of any span.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.span) request.span.within(done)
    else done()
  })
  app.addHook('onResponse', async ({ span }, { statusCode }) => {
    span?.note({ 'http.response.status_code': statusCode })
    span?.end(statusCode >= 500)
  })
  app.addHook('onRequestAbort', async ({ span }) => span?.end(true))
}
