import type { ComponentStatus, InstanceStatus, StateIdent, UpdateManagerStatus } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { FakeClock } from '@windlass/platform/fakes'
import type { ItemConfig } from '@windlass/wire/oci'
import type { RunRequest, StateQuotas } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { FakeNodes } from './fake-nodes.ts'
import { UnitLauncher } from './launcher.ts'
import { itemKey } from './placement/input.ts'
import { sampleDocuments } from './placement/sample-unit.ts'
import { launcherRules } from './ports.ts'

/** A launcher with nodes, images, firmware and folders in memory. */
export class FakeScene {
  readonly clock = new FakeClock()
  readonly nodes = new FakeNodes()
  readonly folders: string[] = []
  readonly database = openDatabase(':memory:')
  readonly items = new Map<string, Partial<ItemConfig>>()
  managers: (UpdateManagerStatus & { connected: boolean })[] = []
  components: (ComponentStatus & { nodeId: string })[] = []
  launcher = this.#started()
  readonly #never = new AbortController()
  #life = new AbortController()
  readonly #firmwareWatchers = new Set<() => void>()

  /** The process dies. */
  die(): void {
    this.#life.abort()
  }

  /** The process dies and starts again; nodes come back one by one. */
  restart(): void {
    this.die()
    this.#life = new AbortController()
    for (const { nodeId } of this.nodes.list()) this.nodes.disconnect(nodeId)
    this.launcher = this.#started()
    this.launcher.start(this.#life.signal)
  }

  start(): this {
    this.launcher.start(this.#life.signal)
    return this
  }

  async run(...requests: readonly RunRequest[]): Promise<void> {
    const placement = await this.launcher.place(requests)
    await this.launcher.run(placement, this.#never.signal)
  }

  /** `run`, while time passes. */
  async runFor(ms: number, ...requests: readonly RunRequest[]): Promise<void> {
    const done = this.run(...requests)
    await this.clock.advance(ms)
    await done
  }

  /** What is said of instances, as `item/index version node state`. */
  statuses(): string[] {
    return this.launcher.statuses().map(drawn)
  }

  #started(): UnitLauncher {
    const { nodes, clock, database } = this
    return new UnitLauncher(
      {
        nodes,
        clock,
        time: { ms: () => clock.uptime() },
        database,
        log: createLog([], () => clock.now()),
        images: { documents: async (itemId, version) => this.#documents(itemId, version) },
        firmware: {
          managers: () => this.managers,
          components: () => this.components,
          watch: (changed) => {
            this.#firmwareWatchers.add(changed)
            return () => this.#firmwareWatchers.delete(changed)
          },
        },
        states: {
          paths: (ident, quotas) => ({
            storagePath: pathOf(ident, quotas.storage),
            statePath: pathOf(ident, quotas.state),
          }),
          prepare: async (ident, quotas, { uid }) =>
            void this.folders.push(`made ${pathOf(ident, 1)} ${sum(quotas)} ${uid}`),
          checksum: () => undefined,
          remove: async (ident) => void this.folders.push(`removed ${pathOf(ident, 1)}`),
        },
      },
      launcherRules,
    )
  }

  #documents(itemId: string, version: string) {
    const config = this.items.get(itemId)
    const documents = config && sampleDocuments({ [itemId]: config }, version).get(itemKey(itemId, version))
    if (!documents) throw new UnitError('item_unknown', `${itemId} is not here`)
    return documents
  }
}

function drawn({ ident, version, nodeId, state, error }: InstanceStatus): string {
  const why = error ? `: ${error.message}` : ''
  return `${ident.itemId}/${ident.index} ${version} ${nodeId || 'nowhere'} ${state}${why}`
}

function pathOf({ itemId, subjectId, index }: StateIdent, quota: number | undefined): string {
  return quota ? `${itemId}/${subjectId}/${index}` : ''
}

function sum({ storage = 0, state = 0 }: StateQuotas): number {
  return storage + state
}
