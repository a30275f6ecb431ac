import { Gauge, type Registry } from 'prom-client'

/** Connections of one project in this process to its database, and how much work waits for one. */
export interface Connections {
  inUse: number
  idle: number
  waiting: number
}

export function connectionMetrics(registry: Registry, connections: () => Connections): void {
  const gauge: Gauge<'state'> = new Gauge({
    name: 'windlass_database_connections',
    help: 'Connections to the database, by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { inUse, idle } = connections()
      gauge.set({ state: 'in_use' }, inUse)
      gauge.set({ state: 'idle' }, idle)
    },
  })
  const waiting: Gauge = new Gauge({
    name: 'windlass_database_waiting',
    help: 'Work that waits for a connection to the database',
    registers: [registry],
    collect: () => waiting.set(connections().waiting),
  })
}
