import { mkdir, rm, stat } from 'node:fs/promises'
import { type Clock, isDiskError, type Log } from '@windlass/platform'
import { firstProject, type QuotaWay } from './find-quotas.ts'
import { quotaFor } from './folder-quotas.ts'
import type { KeptFolder, StorageRecords } from './storage-records.ts'

/** A folder beneath which instances have theirs. */
export interface Root {
  folder: string
  way: QuotaWay
}

export interface KeptFoldersPorts {
  records: StorageRecords
  clock: Clock
  log: Log
}

/**
 * Folders of instances from their making to their end. Each has a project of its filesystem, where that keeps quotas, and keeps
 * it over restarts; the number is free again once the folder is gone.
 */
export class KeptFolders {
  readonly #ports: KeptFoldersPorts
  readonly #roots: readonly Root[]
  /** How long a folder stays that no instance has, ms. */
  readonly #ttlMs: number
  readonly #removals = new Map<string, Promise<void>>()
  #lookedAt: number | undefined

  constructor(ports: KeptFoldersPorts, roots: readonly Root[], ttlMs: number) {
    this.#ports = ports
    this.#roots = roots
    this.#ttlMs = ttlMs
  }

  /** Makes the folder, and holds it to so many bytes where its filesystem can. */
  async use(folder: string, bytes: number): Promise<QuotaWay['by']> {
    await this.#removals.get(folder)
    await mkdir(folder, { recursive: true })
    const { way } = this.#rootOf(folder) ?? unknownRoot
    const known = this.#ports.records.folder(folder)
    if (way.by === 'measuring') {
      this.#save({ folder, project: known?.project ?? 0, isMarked: false })
      return way.by
    }
    const { quotas, blockBytes } = way
    const project = known?.project || this.#freeProject(await quotas.projects())
    const isMarked = known?.isMarked === true && (await quotas.projectOf(folder)) === project
    this.#save({ folder, project, isMarked })
    if (!isMarked) {
      await quotas.mark(folder, project)
      this.#save({ folder, project, isMarked: true })
    }
    await quotas.limit(project, quotaFor(bytes, blockBytes))
    return way.by
  }

  /** Bytes that a folder takes, as its filesystem counts them; undefined where it does not. */
  async used(folder: string): Promise<number | undefined> {
    const way = this.#rootOf(folder)?.way
    const project = this.#ports.records.folder(folder)?.project
    if (way?.by !== 'filesystem' || !project) return undefined
    return (await way.quotas.projects()).get(project) ?? 0
  }

  /** To be told from time to time which folders instances have. Of the others, those go that had their time. */
  async keep(inUse: ReadonlySet<string>): Promise<void> {
    const passedMs = this.#passedMs()
    for (const { folder } of this.#ports.records.folders()) {
      const isThere = await exists(folder)
      const kept = this.#ports.records.folder(folder)
      if (kept) await this.#keepOne(kept, inUse.has(folder), { isThere, passedMs })
    }
  }

  /** Since the last look. By a clock that only runs: one that was set, as after a start without a battery, would take data away. */
  #passedMs(): number {
    const now = this.#ports.clock.uptime()
    const passedMs = now - (this.#lookedAt ?? now)
    this.#lookedAt = now
    return passedMs
  }

  async #keepOne(kept: KeptFolder, isUsed: boolean, seen: { isThere: boolean; passedMs: number }): Promise<void> {
    const { log } = this.#ports
    const { folder, unusedMs: before, ...rest } = kept
    if (isUsed) {
      if (before !== undefined) this.#save({ folder, ...rest })
      return
    }
    const unusedMs = before === undefined ? 0 : before + seen.passedMs
    const isOver = !seen.isThere || unusedMs >= this.#ttlMs
    if (!isOver) return unusedMs === before ? undefined : this.#save({ ...kept, unusedMs })
    const removal = this.#remove(kept).finally(() => this.#removals.delete(folder))
    this.#removals.set(
      folder,
      removal.catch(() => undefined),
    )
    await removal
    log.info('storage of a removed instance is gone', { folder })
  }

  async #remove({ folder, project }: KeptFolder): Promise<void> {
    const root = this.#rootOf(folder)
    // What lies elsewhere since the settings changed is not ours any more.
    if (root) await rm(folder, { recursive: true, force: true })
    if (root?.way.by === 'filesystem' && project !== 0) await root.way.quotas.lift(project)
    this.#ports.records.forgetFolder(folder)
  }

  /** The first of which neither our records nor the filesystem know anything. */
  #freeProject(taken: ReadonlyMap<number, number>): number {
    const ours = new Set(this.#ports.records.folders().map(({ project }) => project))
    for (let project = firstProject + 1; ; project++) if (!ours.has(project) && !taken.has(project)) return project
  }

  #rootOf(folder: string): Root | undefined {
    return this.#roots.find((root) => folder.startsWith(`${root.folder}/`))
  }

  #save(kept: KeptFolder): void {
    this.#ports.records.saveFolder(kept)
  }
}

const unknownRoot: { way: QuotaWay } = { way: { by: 'measuring', why: 'not beneath our folders' } }

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isDiskError(error, 'ENOENT')) return false
    throw error
  }
}
