import {
  type AlertRule,
  type AlertRules,
  type InstanceOrder,
  instanceKey,
  type Monitoring,
  type NodeAlert,
  type Usage,
} from '@windlass/model/unit'
import type { Clock, Log } from '@windlass/platform'
import type { ItemConfig } from '@windlass/wire/oci'
import type { NodeRun } from '../workload/node-executor.ts'
import type { NodePower } from '../workload/workload-of.ts'
import type { Meters } from './meters.ts'
import { type QuotaWatch, watchQuota } from './quota-watch.ts'

export interface MonitorPorts {
  meters: Meters
  /** Running instances. */
  runs(): Promise<readonly NodeRun[]>
  quotas(order: InstanceOrder): Promise<ItemConfig['quotas']>
  storage(order: InstanceOrder): Promise<{ storages?: number; states?: number }>
  traffic(id: string): Promise<{ download: number; upload: number } | undefined>
  /** The node's own rules, from its configuration. */
  nodeRules(): AlertRules | undefined
  clock: Clock
  log: Log
}

export interface MonitorSettings {
  pollMs: number
  averageWindowMs: number
  power: NodePower
  partitions: readonly { name: string; path: string }[]
}

export interface MonitorNews {
  monitoring(measured: Monitoring): void
  alert(alert: NodeAlert): void
}

interface Sample {
  cpuMs: number
  at: number
}

/** Measures the node and its instances, keeps averages, and tells when quotas are passed (aoscore.md 9.1). */
export class Monitor {
  readonly #ports: MonitorPorts
  readonly #settings: MonitorSettings
  readonly #news: MonitorNews
  readonly #samples = new Map<string, Sample>()
  readonly #watches = new Map<string, QuotaWatch>()
  #average: Monitoring | undefined

  constructor(ports: MonitorPorts, settings: MonitorSettings, news: MonitorNews) {
    this.#ports = ports
    this.#settings = settings
    this.#news = news
  }

  /** Until `quit` fires. A measurement that fails is told to the log and the next one made in time. */
  async run(quit: AbortSignal): Promise<void> {
    const { clock, log } = this.#ports
    while (!quit.aborted) {
      await this.poll().catch((error: unknown) => log.warning('not measured', { why: String(error) }))
      await clock.sleep(this.#settings.pollMs, quit).catch(() => undefined)
    }
  }

  /** Over about the last `averageWindowMs`; measured now if it never was. */
  async average(): Promise<Monitoring> {
    if (!this.#average) await this.poll()
    return this.#average ?? { node: await this.#node(), instances: [] }
  }

  async poll(): Promise<void> {
    const node = await this.#node()
    const runs = await this.#ports.runs()
    const instances = await Promise.all(runs.map((run) => this.#instance(run)))
    const measured = { node, instances: instances.filter((one) => one !== undefined) }
    this.#forget(runs)
    const weight = 1 / Math.max(1, this.#settings.averageWindowMs / this.#settings.pollMs)
    this.#average = this.#average ? averaged(this.#average, measured, weight) : measured
    this.#news.monitoring(measured)
    await this.#watchNode(node)
    for (const run of runs) {
      const usage = measured.instances.find(({ ident }) => instanceKey(ident) === instanceKey(run.info.ident))?.usage
      if (usage) await this.#watchInstance(run.info, usage)
    }
  }

  async #node(): Promise<Usage> {
    const { ram, cpuMs, download, upload } = await this.#ports.meters.node()
    const partitions = await Promise.all(
      this.#settings.partitions.map(async ({ name, path }) => ({
        name,
        usedSize: (await this.#ports.meters.partition(path)).used,
      })),
    )
    return { timeMs: this.#ports.clock.now(), ram, cpu: this.#dmips('', cpuMs), partitions, download, upload }
  }

  async #instance({ id, info, token, pid }: NodeRun): Promise<Monitoring['instances'][number] | undefined> {
    const measured = pid === undefined ? undefined : await this.#ports.meters.service(pid)
    if (!measured) return undefined
    const [held, traffic] = await Promise.all([this.#ports.storage(info), this.#ports.traffic(id)])
    const partitions = Object.entries(held).map(([name, usedSize]) => ({ name, usedSize }))
    const cpu = this.#dmips(token, measured.cpuMs)
    const { download = 0, upload = 0 } = traffic ?? {}
    const usage = { timeMs: this.#ports.clock.now(), ram: measured.ram, cpu, partitions, download, upload }
    return { ident: info.ident, runtimeId: info.runtimeId, usage }
  }

  /** The share of all cores since the last look, in DMIPS. The first look of a thing has nothing to compare with. */
  #dmips(key: string, cpuMs: number): number {
    const { cores, maxDmips } = this.#settings.power
    const at = this.#ports.clock.uptime()
    const before = this.#samples.get(key)
    this.#samples.set(key, { cpuMs, at })
    if (!before || at <= before.at) return 0
    const share = (cpuMs - before.cpuMs) / (at - before.at) / cores
    return Math.round(Math.min(1, Math.max(0, share)) * maxDmips)
  }

  #forget(runs: readonly NodeRun[]): void {
    const alive = new Set(['', ...runs.map(({ token }) => token)])
    for (const token of this.#samples.keys()) if (!alive.has(token)) this.#samples.delete(token)
  }

  async #watchNode(usage: Usage): Promise<void> {
    const rules = this.#ports.nodeRules()
    if (!rules) return
    const { maxDmips, totalRam } = this.#settings.power
    const sizes = new Map<string, number>()
    for (const { name, path } of this.#settings.partitions) {
      sizes.set(name, (await this.#ports.meters.partition(path)).total)
    }
    const whole = { cpu: maxDmips, ram: totalRam, partition: (name: string) => sizes.get(name) }
    for (const [parameter, rule, value] of ruled(rules, usage, whole)) {
      this.#watch('', parameter, rule, value, (status) => ({
        kind: 'system_quota',
        timeMs: usage.timeMs,
        parameter,
        value: Math.round(value),
        status,
      }))
    }
  }

  async #watchInstance(order: InstanceOrder, usage: Usage): Promise<void> {
    const rules = order.alertRules
    if (!rules) return
    const quotas = await this.#ports.quotas(order)
    const partition = (name: string) => ({ storages: quotas.storage, states: quotas.state })[name]
    const whole = { cpu: quotas.cpuDmips, ram: quotas.ram, partition }
    const { ident } = order
    for (const [parameter, rule, value] of ruled(rules, usage, whole)) {
      this.#watch(instanceKey(ident), parameter, rule, value, (status) => ({
        kind: 'instance_quota',
        timeMs: usage.timeMs,
        ident,
        parameter,
        value: Math.round(value),
        status,
      }))
    }
  }

  #watch(
    whose: string,
    parameter: string,
    rule: AlertRule,
    value: number,
    alertOf: (status: 'raise' | 'continue' | 'fall') => NodeAlert,
  ): void {
    const key = `${whose} ${parameter}`
    const next = watchQuota(this.#watches.get(key) ?? { at: 'calm' }, rule, value, this.#ports.clock.uptime())
    this.#watches.set(key, next.watch)
    if (next.status) this.#news.alert(alertOf(next.status))
  }
}

interface Whole {
  cpu: number | undefined
  ram: number | undefined
  partition(name: string): number | undefined
}

/** Each rule with the value it is about; percent become absolute where it is known of what. */
function ruled(rules: AlertRules, usage: Usage, whole: Whole): [string, AlertRule, number][] {
  const percent = (name: string, rule: AlertRule | undefined, of: number | undefined, value: number | undefined) =>
    rule && of !== undefined && value !== undefined ? [[name, scaled(rule, of / 100), value] as const] : []
  const found = [
    ...percent('cpu', rules.cpu, whole.cpu, usage.cpu),
    ...percent('ram', rules.ram, whole.ram, usage.ram),
    ...rules.partitions.flatMap((rule) => {
      const used = usage.partitions.find(({ name }) => name === rule.name)?.usedSize
      return percent(rule.name, rule, whole.partition(rule.name), used)
    }),
    ...(rules.download ? [['download', rules.download, usage.download] as const] : []),
    ...(rules.upload ? [['upload', rules.upload, usage.upload] as const] : []),
  ]
  return found.map(([name, rule, value]) => [name, rule, value])
}

function scaled({ minTimeoutMs, minThreshold, maxThreshold }: AlertRule, by: number): AlertRule {
  return { minTimeoutMs, minThreshold: minThreshold * by, maxThreshold: maxThreshold * by }
}

/** The new measurement moves the average by its weight; what was not there before counts whole. */
function averaged(average: Monitoring, measured: Monitoring, weight: number): Monitoring {
  return {
    node: averagedUsage(average.node, measured.node, weight),
    instances: measured.instances.map((one) => {
      const before = average.instances.find(({ ident }) => instanceKey(ident) === instanceKey(one.ident))
      return before ? { ...one, usage: averagedUsage(before.usage, one.usage, weight) } : one
    }),
  }
}

function averagedUsage(average: Usage, measured: Usage, weight: number): Usage {
  const move = (from: number, to: number) => Math.round(from + (to - from) * weight)
  return {
    timeMs: measured.timeMs,
    ram: move(average.ram, measured.ram),
    cpu: move(average.cpu, measured.cpu),
    partitions: measured.partitions.map(({ name, usedSize }) => ({
      name,
      usedSize: move(average.partitions.find((one) => one.name === name)?.usedSize ?? usedSize, usedSize),
    })),
    download: measured.download,
    upload: measured.upload,
  }
}
