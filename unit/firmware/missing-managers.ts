import type { Clock, Log } from '@windlass/platform'
import type { ManagerLinks } from './manager-links.ts'

const lookEveryMs = 60_000

/** Which update managers have been away for too long: upstream's state `fault`, left as soon as they are back (U12). */
export class MissingManagers {
  readonly #ports: { links: ManagerLinks; clock: Clock; log: Log }
  readonly #expected: () => readonly string[]
  readonly #patienceMs: number
  readonly #awaySince = new Map<string, number>()

  constructor(ports: { links: ManagerLinks; clock: Clock; log: Log }, expected: () => readonly string[], ms = 600_000) {
    this.#ports = ports
    this.#expected = expected
    this.#patienceMs = ms
    ports.links.watch(() => this.#look())
    this.#look()
  }

  list(): readonly string[] {
    this.#look()
    const now = this.#ports.clock.uptime()
    return [...this.#awaySince].filter(([, since]) => now - since >= this.#patienceMs).map(([nodeId]) => nodeId)
  }

  /** Says in the log who is missing, and when all are there again; until `stop` fires. */
  async tell(stop: AbortSignal): Promise<void> {
    for (let told = ''; ; ) {
      await this.#ports.clock.sleep(lookEveryMs, stop).catch(() => {})
      if (stop.aborted) return
      const missing = this.list().join(', ')
      if (missing === told) continue
      told = missing
      if (missing) this.#ports.log.error('update managers are missing', { nodes: missing })
      else this.#ports.log.info('all update managers are there')
    }
  }

  #look(): void {
    const absent = new Set(this.#expected().filter((nodeId) => !this.#ports.links.find(nodeId)?.link))
    for (const nodeId of this.#awaySince.keys()) if (!absent.has(nodeId)) this.#awaySince.delete(nodeId)
    for (const nodeId of absent) {
      if (!this.#awaySince.has(nodeId)) this.#awaySince.set(nodeId, this.#ports.clock.uptime())
    }
  }
}
