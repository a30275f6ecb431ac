import { chown, mkdir, open, stat } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path/posix'
import type { InstanceOrder } from '@windlass/model/unit'
import { isDiskError, type Processes } from '@windlass/platform'
import type { ItemConfig } from '@windlass/wire/oci'
import type { Bind } from '../runtime/runtime.ts'
import { ServicesError } from '../services-error.ts'

export interface StorageFolders {
  storages: string
  states: string
}

type Quotas = ItemConfig['quotas']

/** Where instances keep what outlives them. */
export interface InstanceStorage {
  /** Makes both places, and gives them to the instance's user. @throws ServicesError `no_space`, `invalid` */
  prepare(order: InstanceOrder, quotas: Quotas): Promise<Bind[]>
  /** Bytes that each of them holds. */
  usage(order: InstanceOrder, quotas: Quotas): Promise<{ storages?: number; states?: number }>
}

/**
 * What instances keep: a folder seen as `/storage` and a file seen as `/state.dat`, each where a quota says so (aoscore.md 5.9,
 * 5.12). Quotas are measured: what holds more than its quota is not started.
 */
export class Storage implements InstanceStorage {
  readonly #folders: StorageFolders
  readonly #processes: Processes
  /** Only root can give files away. */
  readonly #isRoot: boolean

  constructor(folders: StorageFolders, processes: Processes, isRoot: boolean) {
    this.#folders = folders
    this.#processes = processes
    this.#isRoot = isRoot
  }

  async prepare(order: InstanceOrder, quotas: Quotas): Promise<Bind[]> {
    const { storage, state } = this.pathsOf(order, quotas)
    const binds: Bind[] = []
    if (storage !== undefined) {
      await mkdir(storage, { recursive: true, mode: 0o700 })
      await this.#give(storage, order)
      binds.push({ from: storage, to: '/storage', kind: 'folder', writable: true })
    }
    if (state !== undefined) {
      await mkdir(dirname(state), { recursive: true })
      await (await open(state, 'a', 0o600)).close()
      await this.#give(state, order)
      binds.push({ from: state, to: '/state.dat', kind: 'file', writable: true })
    }
    await this.#refuseAboveQuota({ storage, state }, quotas)
    return binds
  }

  async usage(order: InstanceOrder, quotas: Quotas): Promise<{ storages?: number; states?: number }> {
    const { storage, state } = this.pathsOf(order, quotas)
    const [storages, states] = await Promise.all([storage && this.#sizeOf(storage), state && this.#sizeOf(state)])
    return { ...(typeof storages === 'number' && { storages }), ...(typeof states === 'number' && { states }) }
  }

  pathsOf(order: InstanceOrder, quotas: Quotas): { storage: string | undefined; state: string | undefined } {
    const has = (quota: number | undefined, path: string) => (quota ?? 0) > 0 && path !== ''
    return {
      storage: has(quotas.storage, order.storagePath) ? inside(this.#folders.storages, order.storagePath) : undefined,
      state: has(quotas.state, order.statePath) ? inside(this.#folders.states, order.statePath) : undefined,
    }
  }

  async #refuseAboveQuota(
    { storage, state }: { storage: string | undefined; state: string | undefined },
    quotas: Quotas,
  ): Promise<void> {
    const checked = [
      ['storage', storage, quotas.storage ?? 0],
      ['state', state, quotas.state ?? 0],
    ] as const
    for (const [name, path, quota] of checked) {
      const used = path === undefined ? 0 : await this.#sizeOf(path)
      if (used > quota) throw new ServicesError('no_space', `${name}: ${used} bytes are held, the quota is ${quota}`)
    }
  }

  async #give(path: string, { uid, gid }: InstanceOrder): Promise<void> {
    if (this.#isRoot) await chown(path, uid, gid)
  }

  async #sizeOf(path: string): Promise<number> {
    try {
      const facts = await stat(path)
      if (facts.isFile()) return facts.size
    } catch (error) {
      if (isDiskError(error, 'ENOENT')) return 0
      throw error
    }
    const how = await this.#processes.run({ command: 'du', args: ['-s', '-k', '-x', path] })
    return Number.parseInt(how.stdout, 10) * 1024
  }
}

/** The unit says paths beneath our folders, or whole ones that lie there. */
function inside(folder: string, path: string): string {
  const clean = normalize(path.startsWith(`${folder}/`) ? path : join(folder, path))
  if (clean.startsWith(`${folder}/`) && !path.includes('\0')) return clean
  throw new ServicesError('invalid', `storage: expected a path beneath ${folder}, got "${path}"`)
}
