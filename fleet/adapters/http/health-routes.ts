import type { Clock } from '@windlass/platform'
import { problemStatus } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { type Needs, notReached } from '../../telemetry/readiness.ts'
import type { Guard } from './guard.ts'

export interface HealthPorts {
  needs: Needs
  clock: Clock
  metrics: Metrics
  guard: Guard
}

/**
 * For those who watch over servers: `/health` (this process answers), `/ready` (and all that it needs answers), both for everyone,
 * and `/metrics` for whoever may read all of the fleet.
 */
export function healthRoutes(app: FastifyInstance, { needs, metrics, guard, clock }: HealthPorts): void {
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof FleetError)) throw error
    return reply.code(problemStatus[error.code]).type('text/plain; charset=utf-8').send(`${error.message}\n`)
  })
  app.get('/health', async () => ({ status: 'ok' }))
  app.get('/ready', async (_request, reply) => {
    const lacks = await notReached(needs, clock)
    if (lacks.length === 0) return { status: 'ready' }
    return reply.code(503).send({ status: `not reached: ${lacks.join(', ')}` })
  })
  app.get('/metrics', async (request, reply) => {
    await guard.admit(request, 'read')
    const { type, text } = await metrics.page()
    return reply.type(type).send(text)
  })
}
