import { problemStatus } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import type { Store } from '../../store/store.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Guard } from './guard.ts'

export interface HealthPorts {
  store: Pick<Store, 'ping'>
  metrics: Metrics
  guard: Guard
}

/**
 * For those who watch over servers: `/health` (this process answers), `/ready` (it can read its records), both for everyone,
 * and `/metrics` for whoever may read all of the fleet.
 */
export function healthRoutes(app: FastifyInstance, { store, metrics, guard }: HealthPorts): void {
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof FleetError)) throw error
    return reply.code(problemStatus[error.code]).type('text/plain; charset=utf-8').send(`${error.message}\n`)
  })
  app.get('/health', async () => ({ status: 'ok' }))
  app.get('/ready', async (_request, reply) =>
    store.ping().then(
      () => ({ status: 'ready' }),
      () => reply.code(503).send({ status: 'records cannot be read' }),
    ),
  )
  app.get('/metrics', async (request, reply) => {
    await guard.admit(request, 'read')
    const { type, text } = await metrics.page()
    return reply.type(type).send(text)
  })
}
