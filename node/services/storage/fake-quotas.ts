import type { FolderQuotas, Quota } from './folder-quotas.ts'

/** A filesystem with quotas, in memory. Blocks of 1 KiB; a folder takes one. */
export class FakeQuotas implements FolderQuotas {
  readonly blockBytes = 1024
  readonly limits = new Map<number, Quota>()
  readonly #marks = new Map<string, number>()
  /** Bytes by path of the file. */
  readonly #files = new Map<string, number>()

  async mark(folder: string, project: number): Promise<void> {
    for (const path of this.#marks.keys()) if (path.startsWith(`${folder}/`)) this.#marks.delete(path)
    this.#marks.set(folder, project)
  }

  async projectOf(folder: string): Promise<number> {
    return this.#nearest(folder)
  }

  async limit(project: number, quota: Quota): Promise<void> {
    this.limits.set(project, quota)
  }

  async lift(project: number): Promise<void> {
    this.limits.delete(project)
  }

  async projects(): Promise<ReadonlyMap<number, number>> {
    const known = new Set([...this.#marks.values(), ...this.limits.keys()])
    known.delete(0)
    return new Map([...known].map((project) => [project, this.#taken(project)]))
  }

  /** A service writes a whole file. False: EDQUOT. */
  write(path: string, bytes: number): boolean {
    const before = this.#files.get(path)
    const project = this.#nearest(path)
    this.#files.set(path, Math.ceil(bytes / this.blockBytes) * this.blockBytes)
    const quota = this.limits.get(project)
    if (!quota || (this.#taken(project) <= quota.bytes && this.#count(project) <= quota.files)) return true
    if (before === undefined) this.#files.delete(path)
    else this.#files.set(path, before)
    return false
  }

  /** The folder is removed with all that is in it. */
  remove(folder: string): void {
    const isWithin = (path: string) => path === folder || path.startsWith(`${folder}/`)
    for (const paths of [this.#files, this.#marks])
      for (const path of paths.keys()) if (isWithin(path)) paths.delete(path)
  }

  #nearest(path: string): number {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const project = this.#marks.get(at)
      if (project !== undefined) return project
    }
    return 0
  }

  #folders(project: number): number {
    return [...this.#marks.values()].filter((one) => one === project).length
  }

  #taken(project: number): number {
    const files = [...this.#files].filter(([path]) => this.#nearest(path) === project)
    return files.reduce((sum, [, bytes]) => sum + bytes, this.#folders(project) * this.blockBytes)
  }

  #count(project: number): number {
    return [...this.#files.keys()].filter((path) => this.#nearest(path) === project).length + this.#folders(project)
  }
}
