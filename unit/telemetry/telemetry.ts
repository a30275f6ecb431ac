import { type InstanceStatus, instanceKey, type LogRequest, type UnitAlert } from '@windlass/model/unit'
import type { Clock, Http, Log } from '@windlass/platform'
import { Flag } from '../flag.ts'
import type { Cloud, NodeNews, Nodes } from '../ports.ts'
import { AlertCache } from './alert-cache.ts'
import { LogRequests } from './log-requests.ts'
import { MonitoringRing } from './monitoring-ring.ts'

/** `alertsEveryMs`, `monitoringEveryMs`: how often what was collected goes to the cloud; 10 s and 1 minute. */
export interface TelemetryPorts {
  nodes: Pick<Nodes, 'list' | 'requestLog' | 'watch'>
  cloud: Pick<Cloud, 'connected' | 'send' | 'watch'>
  clock: Clock
  http: Http
  log: Log
  alertsEveryMs?: number
  monitoringEveryMs?: number
}

/** What nodes measure, warn of and write down, on its way to the cloud (aoscore.md 9). */
export class Telemetry {
  readonly #ports: TelemetryPorts
  readonly #ring = new MonitoringRing()
  readonly #alerts = new AlertCache()
  readonly #logs: LogRequests
  readonly #alertsDue = new Flag()
  readonly #monitoringDue = new Flag()
  readonly #nodeStates = new Map<string, string>()
  readonly #instanceStates = new Map<string, string>()

  constructor(ports: TelemetryPorts) {
    this.#ports = ports
    this.#logs = new LogRequests({ ...ports, send: (fact) => ports.cloud.send(fact) })
    ports.nodes.watch((news) => this.#heard(news))
    ports.cloud.watch((news) => {
      if (news.kind !== 'connection' || !news.connected) return
      this.#sendAlerts()
      this.#monitoringDue.raise()
    })
  }

  /** An alert of the unit itself, such as how a download goes. */
  alert(alert: UnitAlert): void {
    this.#alerts.add(alert)
    this.#alertsDue.raise()
  }

  requestLog(correlationId: string, request: LogRequest): void {
    this.#logs.request(correlationId, request)
  }

  /** Sends what was collected, until `stop` fires. */
  async run(stop: AbortSignal): Promise<void> {
    const { alertsEveryMs = 10_000, monitoringEveryMs = 60_000 } = this.#ports
    await Promise.all([
      this.#whenDue(this.#alertsDue, alertsEveryMs, () => this.#sendAlerts(), stop),
      this.#whenDue(this.#monitoringDue, monitoringEveryMs, () => this.#sendMonitoring(), stop),
    ])
  }

  /** So long after the first thing came that is to be sent, with all that came meanwhile. */
  async #whenDue(due: Flag, ms: number, send: () => void, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await due.raised(stop)
      await this.#ports.clock.sleep(ms, stop).catch(() => {})
      if (!stop.aborted && this.#ports.cloud.connected()) send()
    }
  }

  #heard(news: NodeNews): void {
    this.#monitoringDue.raise()
    if (news.kind === 'gone') this.#nodeStates.delete(news.nodeId)
    else if (news.kind === 'status') this.#nodeChanged(news.node)
    else if (news.kind === 'instances') this.#instancesChanged(news)
    else if (news.fact.kind === 'monitoring') this.#ring.measured(news.nodeId, news.fact)
    else if (news.fact.kind === 'alert') this.alert({ kind: 'node', nodeId: news.nodeId, alert: news.fact.alert })
    else this.#logs.heard(news.nodeId, news.fact)
  }

  #nodeChanged({ nodeId, state, isConnected: connected }: Extract<NodeNews, { kind: 'status' }>['node']): void {
    const seen = `${state} ${connected}`
    if (this.#nodeStates.get(nodeId) === seen) return
    this.#nodeStates.set(nodeId, seen)
    this.#ring.nodeIs(nodeId, { timeMs: this.#ports.clock.now(), state, connected })
  }

  #instancesChanged({ nodeId, whole, instances }: Extract<NodeNews, { kind: 'instances' }>): void {
    if (whole) {
      const there = new Set(instances.map(({ ident }) => `${nodeId} ${instanceKey(ident)}`))
      for (const key of this.#instanceStates.keys())
        if (key.startsWith(`${nodeId} `) && !there.has(key)) this.#instanceStates.delete(key)
    }
    for (const status of instances) this.#instanceChanged(status)
  }

  #instanceChanged({ nodeId, ident, state }: InstanceStatus): void {
    const key = `${nodeId} ${instanceKey(ident)}`
    if (this.#instanceStates.get(key) === state) return
    this.#instanceStates.set(key, state)
    this.#ring.instanceIs(nodeId, ident, { timeMs: this.#ports.clock.now(), state })
  }

  #sendMonitoring(): void {
    const monitoring = this.#ring.take()
    if (monitoring) this.#ports.cloud.send({ kind: 'monitoring', monitoring })
  }

  #sendAlerts(): void {
    const dropped = this.#alerts.takeDropped()
    if (dropped > 0) this.#ports.log.warning('alerts dropped while the cloud was away', { count: dropped })
    for (const alerts of this.#alerts.take()) this.#ports.cloud.send({ kind: 'alerts', alerts })
  }
}
