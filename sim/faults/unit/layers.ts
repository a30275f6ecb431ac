import type { Files } from '@windlass/platform'
import { type Layers, type PackedLayer, ServicesError } from '@windlass/services/fakes'
import { sha256Of } from '@windlass/trust'
import { type ProcessHost, passes } from '../device/machine-ports.ts'
import type { Life } from '../world/life.ts'

const mostBytes = 65_536

/** The unpacked layers on a node's disk, by diff id. One that is there is whole, also when power is lost. */
export class NodeLayers {
  readonly #unpacked = new Map<string, Uint8Array>()

  /** What is in the folders that a service is made of. */
  contentOf(folder: string): Uint8Array {
    return this.#unpacked.get(folder.slice(folder.lastIndexOf('/') + 1)) ?? new Uint8Array()
  }

  get usedBytes(): number {
    return [...this.#unpacked.values()].reduce((sum, { length }) => sum + length, 0)
  }

  /** For one process: each call passes its gate. */
  through(host: ProcessHost, life: Life, files: Files): Layers {
    const call = <T>(op: 'facts' | 'rename' | 'list' | 'remove', work: () => T): Promise<T> =>
      passes({ to: 'disk', op, path: '/layers' }, host, life, async () => work())
    return {
      has: (diffId) => call('facts', () => this.#unpacked.has(diffId)),
      folder: (diffId) => `/layers/${diffId}`,
      list: () => call('list', () => [...this.#unpacked.keys()]),
      intact: () => call('facts', () => true),
      discard: (diffId) => call('rename', () => void this.#unpacked.delete(diffId)),
      remove: (diffId) => call('remove', () => void this.#unpacked.delete(diffId)),
      unpack: ({ path, diffId }: PackedLayer) => this.#unpack(path, diffId, files, call),
    }
  }

  async #unpack(
    path: string,
    diffId: string,
    files: Files,
    call: (op: 'rename', work: () => void) => Promise<void>,
  ): Promise<void> {
    const bytes = await files.readFile(path, mostBytes)
    const came = `sha256:${sha256Of(bytes)}`
    if (came !== diffId) throw new ServicesError('checksum', `layer: expected ${diffId}, got ${came}`)
    await call('rename', () => void this.#unpacked.set(diffId, bytes))
  }
}
