import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../../telemetry/metrics.ts'

/** Tells how long each request took, by its route: what stands in its place in an address may be anything. Goes before the routes. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    metrics.answered({ method, route: routeOptions.url ?? 'unknown', status: statusCode, seconds: elapsedTime / 1000 })
  })
}
