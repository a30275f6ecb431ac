import { randomUUID } from 'node:crypto'
import { watch } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import type { Clock, Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import { Together } from '../together.ts'
import type { Means } from './means.ts'
import { quoted } from './quoted.ts'
import { hearsTerm, isServiceRunning, listRunFolders, makeRunFolder, readRunFolder, textOf } from './run-folder.ts'
import type { Runtime, RuntimeRun, Workload } from './runtime.ts'
import { superviseScript } from './supervise.ts'

export interface SupervisedOptions {
  /** Where run folders are, on a disk in memory. */
  folder: string
  /** From TERM to KILL. */
  graceMs: number
  /** For a service to come up or go down once it was told to. */
  patienceMs: number
}

/** Services that are each kept by a small supervisor of their own, started by any means. */
export class SupervisedRuntime implements Runtime {
  readonly type: string
  readonly #means: Means
  readonly #options: SupervisedOptions
  readonly #ports: { processes: Processes; clock: Clock }
  /** One shell starts those that begin at the same time: a process of our size is slow to fork. */
  readonly #begin = new Together<string>(async (lines) => {
    const input = Buffer.from(`${lines.join('\n')}\n`)
    await this.#ports.processes.run({ command: 'sh', args: ['-s'], input })
  })

  private constructor(means: Means, options: SupervisedOptions, ports: { processes: Processes; clock: Clock }) {
    this.type = means.type
    this.#means = means
    this.#options = options
    this.#ports = ports
  }

  static async open(
    means: Means,
    options: SupervisedOptions,
    ports: { processes: Processes; clock: Clock },
  ): Promise<SupervisedRuntime> {
    const runtime = new SupervisedRuntime(means, options, ports)
    await mkdir(join(options.folder, '.news'), { recursive: true, mode: 0o700 })
    await writeFile(runtime.#script(), superviseScript)
    return runtime
  }

  async list(): Promise<RuntimeRun[]> {
    const now = this.#ports.clock.now()
    const runs = listRunFolders(this.#options.folder).map((folder) => readRunFolder(folder, now))
    return runs.filter((run) => run !== undefined)
  }

  async start(workload: Workload): Promise<void> {
    const { id, logPath } = workload
    const folder = this.#folder(id)
    const before = readRunFolder(folder, this.#ports.clock.now())
    if (before && !before.exit) throw new ServicesError('refused', `service ${id}: it runs already`)
    if (before) await this.#means.remove(folder, id)
    const token = randomUUID()
    const { ownRoot } = this.#means
    makeRunFolder(folder, workload, token, { files: await this.#means.files(workload), ownRoot })
    const news = join(this.#options.folder, '.news', id)
    const supervisor = [this.#script(), folder, token, logPath, news, this.#means.hiddenMount ?? '-']
    const command = ['setsid', 'sh', ...supervisor, ...this.#means.command(folder, id)].map(quoted).join(' ')
    await this.#begin.ask(`${ownRoot ? privately : ''} ${command} < /dev/null > /dev/null 2>&1 &`)
    try {
      const came = await this.#until(folder, this.#begins(folder))
      if (!came) throw new ServicesError('timeout', `service ${id}: not up after ${this.#options.patienceMs} ms`)
      this.#throwIfNeverRan(folder)
    } catch (error) {
      await this.stop(id)
      throw error
    }
  }

  async stop(id: string): Promise<void> {
    const folder = this.#folder(id)
    const run = readRunFolder(folder, this.#ports.clock.now())
    if (run && !run.exit) await this.#end(folder, run)
    await this.#means.remove(folder, id)
    await rm(folder, { recursive: true, force: true })
    await rm(join(this.#options.folder, '.news', id), { force: true })
  }

  async kill(id: string): Promise<void> {
    await this.#means.signal(this.#folder(id), id, 'KILL')
    await this.#until(this.#folder(id), () => this.#hasEnded(this.#folder(id)))
  }

  exec(id: string, command: readonly string[], timeoutMs: number, stop: AbortSignal): Promise<number | null> {
    return this.#means.exec(this.#folder(id), id, command, timeoutMs, stop)
  }

  subscribe(heard: () => void): Disposable {
    const watcher = watch(join(this.#options.folder, '.news'), heard)
    return { [Symbol.dispose]: () => watcher.close() }
  }

  #script(): string {
    return join(this.#options.folder, '.supervise')
  }

  #folder(id: string): string {
    return join(this.#options.folder, id)
  }

  async #end(folder: string, { id, pid }: RuntimeRun): Promise<void> {
    const ended = () => this.#hasEnded(folder)
    if (pid !== undefined && hearsTerm(pid)) {
      await this.#means.signal(folder, id, 'TERM')
      if (await this.#until(folder, ended, this.#options.graceMs)) return
    }
    await this.#means.signal(folder, id, 'KILL')
    await this.#until(folder, ended)
  }

  /** Looked at a hundred times a second while the service comes up; that its supervisor died is seen a little later. */
  #begins(folder: string): () => boolean {
    let looks = 0
    return () => {
      if (isServiceRunning(folder, this.#means.programs)) return true
      if (textOf(join(folder, 'exit')) !== undefined) return true
      looks += 1
      return looks % 20 === 0 && this.#hasEnded(folder)
    }
  }

  #hasEnded(folder: string): boolean {
    return readRunFolder(folder, this.#ports.clock.now())?.exit !== undefined
  }

  #throwIfNeverRan(folder: string): void {
    const run = readRunFolder(folder, this.#ports.clock.now())
    if (!run?.exit?.why.startsWith('not started')) return
    throw new ServicesError('runtime', `service ${run.id}: ${run.exit.why}`)
  }

  /** Whether it came to that in time; looked at on every change in the run folder, and now and then. */
  async #until(folder: string, happened: () => boolean, withinMs = this.#options.patienceMs): Promise<boolean> {
    const { clock } = this.#ports
    const end = clock.uptime() + withinMs
    let changed = new AbortController()
    using watcher = watching(folder, () => changed.abort())
    while (!happened()) {
      if (clock.uptime() >= end || watcher.gone) return happened()
      await clock.sleep(lookAgainMs, changed.signal).catch(() => undefined)
      changed = new AbortController()
    }
    return true
  }
}

const privately = 'unshare --mount --propagation private'
const lookAgainMs = 10

function watching(folder: string, heard: () => void): Disposable & { gone: boolean } {
  try {
    const watcher = watch(folder, heard)
    watcher.on('error', heard)
    return { gone: false, [Symbol.dispose]: () => watcher.close() }
  } catch {
    return { gone: true, [Symbol.dispose]: () => undefined }
  }
}
