import type { ErrorInfo, UnitFact } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import { Delta } from './delta.ts'
import { configs, fullStatus, type StatusSources, withUnitError } from './full-status.ts'

/** What the reporter speaks through. `delayMs`: quiet time after the last change before a delta goes out. */
export interface ReporterPorts {
  sources: StatusSources
  clock: Clock
  send(fact: UnitFact): void
  delayMs: number
}

/**
 * Tells the cloud what the unit is (aoscore.md 2.1.7): everything when the link comes up and when an update ends, changes
 * a while after the last one. While the link is down nothing is collected: the next full status holds it all.
 */
export class StatusReporter {
  readonly #ports: ReporterPorts
  readonly #delta = new Delta()
  readonly #nodeErrors = new Map<string, ErrorInfo>()
  #configError: { version: string; error: ErrorInfo } | undefined
  #connected = false
  #timer: AbortController | undefined

  constructor(ports: ReporterPorts) {
    this.#ports = ports
    const { images, launcher, nodes } = ports.sources
    images.watch((items) => this.#collect(() => this.#delta.items(items)))
    launcher.watch((instances) => this.#collect(() => this.#delta.instances(instances)))
    nodes.watch((news) => {
      if (news.kind === 'status') this.#collect(() => this.#delta.node(withUnitError(news.node, this.#missed())))
    })
  }

  /** The link to the cloud came up or went down. */
  link(connected: boolean): void {
    this.#connected = connected
    if (connected) this.full()
    else this.#forget()
  }

  /** An update could not set a node's state. */
  nodeFailed(nodeId: string, error: ErrorInfo): void {
    this.#nodeErrors.set(nodeId, error)
  }

  /** The unit's configuration was set, or could not be. */
  configSet(version: string, error?: ErrorInfo): void {
    this.#configError = error && { version, error }
    const { nodes } = this.#ports.sources
    this.#collect(() => this.#delta.unitConfig(configs(nodes.config(), this.#configError)))
  }

  subjectsChanged(subjects: readonly string[]): void {
    this.#collect(() => this.#delta.subjects(subjects))
  }

  /** Sends everything; remembered errors have then been told. */
  full(): void {
    this.#forget()
    if (!this.#connected) return
    const errors = { nodes: this.#nodeErrors, ...(this.#configError && { config: this.#configError }) }
    this.#ports.send({ kind: 'unit_status', status: fullStatus(this.#ports.sources, errors) })
    this.#nodeErrors.clear()
    this.#configError = undefined
  }

  #missed() {
    const { images, launcher, nodes, missed } = this.#ports.sources
    return missed({ items: images.statuses(), instances: launcher.statuses(), config: nodes.config() })
  }

  #collect(put: () => void): void {
    if (!this.#connected) return
    put()
    this.#timer?.abort()
    const timer = new AbortController()
    this.#timer = timer
    this.#ports.clock.sleep(this.#ports.delayMs, timer.signal).then(
      () => this.#sendDelta(),
      () => {},
    )
  }

  #sendDelta(): void {
    const status = this.#delta.take()
    if (status) this.#ports.send({ kind: 'unit_status', status })
  }

  #forget(): void {
    this.#timer?.abort()
    this.#delta.clear()
  }
}
