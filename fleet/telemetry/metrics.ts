import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { statusOf } from '../rollout/progress.ts'
import type { Store } from '../store/store.ts'
import { type Connections, connectionMetrics } from './connection-metrics.ts'
import { type Deliveries, webhookMetrics } from './webhook-metrics.ts'

/** What a fleet counts for Prometheus. Counters begin at 0 when the fleet starts. */
export interface Metrics {
  probed(answer: 'none' | 'wait' | 'update' | 'refused'): void
  reported(status: string): void
  answered(request: Answered): void
  /** The text format, and its media type. Rollouts and units are counted when it is asked for. */
  page(): Promise<{ type: string; text: string }>
}

/** A request that was answered. `route`: its pattern, never what stood in its place. */
export interface Answered {
  method: string
  route: string
  status: number
  seconds: number
}

const seconds = [0.001, 0.005, 0.025, 0.1, 0.5, 2, 10]

// What devices write must not make as many series as they like.
const knownStatuses = ['downloading', 'downloaded', 'installing', 'installed', 'rebooting', 'error']

export interface MetricSources {
  store: Pick<Store, 'rollouts'>
  now(): number
  /** How many are connected now. Absent: a fleet of devices only. */
  units?: (() => number) | undefined
  /** Absent: nobody is told. */
  deliveries?: Deliveries | undefined
  /** Absent: no database. */
  connections?: (() => Connections) | undefined
}

export function fleetMetrics({ store, now, units, deliveries, connections }: MetricSources): Metrics {
  const registry = new Registry()
  const probes = counter(registry, 'windlass_probes_total', 'Probes answered, by answer', 'answer')
  const reports = counter(registry, 'windlass_reports_total', 'Reports of devices, by status', 'status')
  const answers = new Histogram({
    name: 'windlass_http_request_duration_seconds',
    help: 'Requests answered, by method, route and class of status',
    labelNames: ['method', 'route', 'status'],
    buckets: seconds,
    registers: [registry],
  })
  rolloutGauge(registry, store)
  if (units) unitGauge(registry, units)
  if (deliveries) webhookMetrics(registry, deliveries, now)
  if (connections) connectionMetrics(registry, connections)
  return {
    probed: (answer) => probes.inc({ answer }),
    reported: (status) => reports.inc({ status: knownStatuses.includes(status) ? status : 'other' }),
    answered: ({ method, route, status, seconds }) =>
      answers.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds),
    page: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  }
}

function counter<L extends string>(registry: Registry, name: string, help: string, label: L): Counter<L> {
  return new Counter({ name, help, labelNames: [label], registers: [registry] })
}

function rolloutGauge(registry: Registry, store: Pick<Store, 'rollouts'>): void {
  const gauge: Gauge<'state'> = new Gauge({
    name: 'windlass_rollouts',
    help: 'Rollouts, by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const states = (await store.rollouts()).map(({ progress }) => statusOf(progress))
      for (const state of ['running', 'paused', 'aborted'] as const)
        gauge.set({ state }, states.filter((other) => other === state).length)
    },
  })
}

function unitGauge(registry: Registry, units: () => number): void {
  const gauge: Gauge = new Gauge({
    name: 'windlass_units_connected',
    help: 'Units on the line',
    registers: [registry],
    collect() {
      gauge.set(units())
    },
  })
}
