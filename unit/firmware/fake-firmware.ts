import type { ComponentStatus, ComponentUpdate, UpdateManagerStatus } from '@windlass/model/unit'
import type { Firmware } from '../ports.ts'
import { UnitError } from '../unit-error.ts'

type Call = 'prepare' | 'start' | 'apply' | 'revert'

/** The unit's components in memory; a phase named in `broken` fails once for each mention. */
export class FakeFirmware implements Firmware {
  readonly calls: Call[] = []
  readonly broken: Call[] = []
  readonly installed = new Map<string, ComponentStatus & { nodeId: string }>()
  #coming: (ComponentStatus & { nodeId: string })[] = []
  #state: UpdateManagerStatus['state'] = 'idle'
  readonly #watchers = new Set<() => void>()

  put(nodeId: string, componentId: string, version: string): void {
    const componentType = componentId.split('_')[0] ?? componentId
    this.installed.set(`${nodeId} ${componentId}`, { nodeId, componentId, componentType, version, state: 'installed' })
    this.#changed()
  }

  managers(): readonly (UpdateManagerStatus & { connected: boolean })[] {
    const nodes = [...new Set(this.components().map(({ nodeId }) => nodeId))]
    return nodes.map((nodeId) => {
      const components = this.components().filter((one) => one.nodeId === nodeId)
      const involved = this.#coming.some((one) => one.nodeId === nodeId)
      return { nodeId, priority: 0, state: involved ? this.#state : 'idle', components, connected: true }
    })
  }

  components(): readonly (ComponentStatus & { nodeId: string })[] {
    return [...this.installed.values(), ...this.#coming]
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  async prepare(updates: ReadonlyMap<string, readonly ComponentUpdate[]>, stop: AbortSignal): Promise<void> {
    const all = [...updates].flatMap(([nodeId, list]) => list.map((update) => ({ nodeId, ...update })))
    this.#coming = all.map(({ nodeId, componentId, componentType, version }) => {
      return { nodeId, componentId, componentType, version, state: 'installing' }
    })
    this.#do('prepare', 'prepared', stop)
  }

  async start(stop: AbortSignal): Promise<void> {
    this.#do('start', 'updated', stop)
  }

  async apply(stop: AbortSignal): Promise<void> {
    this.#do('apply', 'idle', stop)
    for (const { nodeId, componentId, version } of this.#coming.splice(0)) this.put(nodeId, componentId, version)
  }

  async gather(): Promise<void> {}

  async revert(stop: AbortSignal): Promise<void> {
    this.#do('revert', 'idle', stop)
    this.#coming = []
    this.#changed()
  }

  #do(call: Call, state: UpdateManagerStatus['state'], stop: AbortSignal): void {
    stop.throwIfAborted()
    this.calls.push(call)
    const broken = this.broken.indexOf(call)
    this.#state = broken < 0 ? state : 'failed'
    this.#changed()
    if (broken < 0) return
    this.broken.splice(broken, 1)
    throw new UnitError('component_failed', `${call} broke`)
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
