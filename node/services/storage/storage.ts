import { chmod, chown, open, stat } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path/posix'
import type { InstanceOrder } from '@windlass/model/unit'
import { isDiskError, type Processes } from '@windlass/platform'
import type { ItemConfig } from '@windlass/wire/oci'
import type { Bind } from '../runtime/runtime.ts'
import { ServicesError } from '../services-error.ts'
import type { KeptFolders } from './kept-folders.ts'

export interface StorageFolders {
  storages: string
  states: string
}

type Quotas = ItemConfig['quotas']

/** Where instances keep what outlives them. */
export interface InstanceStorage {
  /** Makes both places, and gives them to the instance's user. @throws ServicesError `no_space`, `invalid`, `runtime` */
  prepare(order: InstanceOrder, quotas: Quotas): Promise<Bind[]>
  /** Bytes that each of them holds. */
  usage(order: InstanceOrder, quotas: Quotas): Promise<{ storages?: number; states?: number }>
  /** These have theirs; what others left goes after its time. */
  keep(orders: readonly InstanceOrder[]): Promise<void>
}

export interface StoragePorts {
  kept: KeptFolders
  processes: Processes
  /** Only root can give files away. */
  isRoot: boolean
}

/**
 * What instances keep: a folder seen as `/storage` and a file seen as `/state.dat`, each where a quota says so (aoscore.md 5.9,
 * 5.12). Quotas are the filesystem's affair where it can. Else they are measured: what holds more than its quota is not started.
 */
export class Storage implements InstanceStorage {
  readonly #folders: StorageFolders
  readonly #ports: StoragePorts

  constructor(folders: StorageFolders, ports: StoragePorts) {
    this.#folders = folders
    this.#ports = ports
  }

  async prepare(order: InstanceOrder, quotas: Quotas): Promise<Bind[]> {
    const { storage, state } = this.pathsOf(order, quotas)
    const binds: Bind[] = []
    const measured = new Set<string>()
    for (const [folder, bytes] of quotasByFolder({ storage, state }, quotas)) {
      if ((await this.#ports.kept.use(folder, bytes)) === 'measuring') measured.add(folder)
    }
    if (storage !== undefined) {
      await chmod(storage, 0o700)
      await this.#give(storage, order)
      binds.push({ from: storage, to: '/storage', kind: 'folder', writable: true })
    }
    if (state !== undefined) {
      await (await open(state, 'a', 0o600)).close()
      await this.#give(state, order)
      binds.push({ from: state, to: '/state.dat', kind: 'file', writable: true })
    }
    if (storage !== undefined && measured.has(storage)) await this.#refuseAbove('storage', storage, quotas.storage)
    if (state !== undefined && measured.has(dirname(state))) await this.#refuseAbove('state', state, quotas.state)
    return binds
  }

  async usage(order: InstanceOrder, quotas: Quotas): Promise<{ storages?: number; states?: number }> {
    const { storage, state } = this.pathsOf(order, quotas)
    const ofStorage = async (folder: string) => (await this.#ports.kept.used(folder)) ?? (await this.#sizeOf(folder))
    const [storages, states] = await Promise.all([storage && ofStorage(storage), state && this.#sizeOf(state)])
    return { ...(typeof storages === 'number' && { storages }), ...(typeof states === 'number' && { states }) }
  }

  async keep(orders: readonly InstanceOrder[]): Promise<void> {
    await this.#ports.kept.keep(new Set(orders.flatMap((order) => this.#foldersOf(order))))
  }

  pathsOf(order: InstanceOrder, quotas: Quotas): { storage: string | undefined; state: string | undefined } {
    const has = (quota: number | undefined, path: string) => (quota ?? 0) > 0 && path !== ''
    return {
      storage: has(quotas.storage, order.storagePath) ? inside(this.#folders.storages, order.storagePath) : undefined,
      state: has(quotas.state, order.statePath) ? inside(this.#folders.states, order.statePath) : undefined,
    }
  }

  /** Whatever its image says of quotas, which a newer one may say otherwise. */
  #foldersOf(order: InstanceOrder): string[] {
    try {
      const { storage, state } = this.pathsOf(order, { storage: 1, state: 1 })
      return [storage, state && dirname(state)].filter((folder) => folder !== undefined)
    } catch {
      // Paths that lead elsewhere are refused when it is started.
      return []
    }
  }

  async #refuseAbove(name: string, path: string, quota = 0): Promise<void> {
    const used = await this.#sizeOf(path)
    if (used > quota) throw new ServicesError('no_space', `${name}: ${used} bytes are held, the quota is ${quota}`)
  }

  async #give(path: string, { uid, gid }: InstanceOrder): Promise<void> {
    if (this.#ports.isRoot) await chown(path, uid, gid)
  }

  async #sizeOf(path: string): Promise<number> {
    try {
      const facts = await stat(path)
      if (facts.isFile()) return facts.size
    } catch (error) {
      if (isDiskError(error, 'ENOENT')) return 0
      throw error
    }
    const how = await this.#ports.processes.run({ command: 'du', args: ['-s', '-k', '-x', path] })
    return Number.parseInt(how.stdout, 10) * 1024
  }
}

/** The unit says paths beneath our folders, or whole ones that lie there. */
function inside(folder: string, path: string): string {
  const clean = normalize(path.startsWith(`${folder}/`) ? path : join(folder, path))
  if (clean.startsWith(`${folder}/`) && !path.includes('\0')) return clean
  throw new ServicesError('invalid', `storage: expected a path beneath ${folder}, got "${path}"`)
}

/** One quota of both where they lie in one folder. */
function quotasByFolder(
  { storage, state }: { storage: string | undefined; state: string | undefined },
  quotas: Quotas,
): Map<string, number> {
  const bytes = new Map<string, number>()
  const add = (folder: string | undefined, more = 0) => {
    if (folder !== undefined) bytes.set(folder, (bytes.get(folder) ?? 0) + more)
  }
  add(storage, quotas.storage)
  add(state && dirname(state), quotas.state)
  return bytes
}
