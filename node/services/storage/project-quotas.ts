import type { Command, Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import type { FolderQuotas, Quota } from './folder-quotas.ts'

/** Project quotas of ext4, by the programs of e2fsprogs and quota. Other programs' projects are left alone. */
export class ProjectQuotas implements FolderQuotas {
  readonly #mount: string
  readonly #processes: Processes

  /** @param mount where the filesystem is mounted */
  constructor(mount: string, processes: Processes) {
    this.#mount = mount
    this.#processes = processes
  }

  async mark(folder: string, project: number): Promise<void> {
    await this.#run({ command: 'chattr', args: ['-R', '-p', String(project), folder] })
    // That what is made later is in the project too is a flag that only folders can have.
    await this.#run({ command: 'find', args: [folder, '-type', 'd', '-exec', 'chattr', '+P', '{}', '+'] })
  }

  async projectOf(folder: string): Promise<number> {
    return Number.parseInt(await this.#run({ command: 'lsattr', args: ['-p', '-d', folder] }), 10)
  }

  async limit(project: number, { bytes, files }: Quota): Promise<void> {
    await this.#set(project, Math.ceil(bytes / 1024), files)
  }

  async lift(project: number): Promise<void> {
    await this.#set(project, 0, 0)
  }

  async projects(): Promise<ReadonlyMap<number, number>> {
    return usageIn(await this.#run({ command: 'repquota', args: ['-P', '-v', '-n', '-p', '-O', 'csv', this.#mount] }))
  }

  async #set(project: number, kib: number, files: number): Promise<void> {
    const limits = ['0', kib, '0', files].map(String)
    await this.#run({ command: 'setquota', args: ['-P', String(project), ...limits, this.#mount] })
  }

  async #run(command: Command): Promise<string> {
    const { code, stdout, stderr } = await this.#processes.run(command)
    if (code === 0) return stdout
    const line = [command.command, ...(command.args ?? [])].join(' ')
    throw new ServicesError('runtime', `${line}: expected exit status 0, got ${code}: ${stderr.trim()}`)
  }
}

/** Of lines of `#id,…` (repquota 4.06): blocks of 1 KiB from the fourth field on, files from the eighth, each as used, soft and hard. */
export function usageIn(csv: string): Map<number, number> {
  const rows = csv.split('\n').map((line) => line.split(','))
  const known = rows.filter(
    ([id = '', , , ...numbers]) => /^#[1-9]\d*$/.test(id) && numbers.some((one) => Number(one) > 0),
  )
  return new Map(known.map(([id = '', , , kib]) => [Number(id.slice(1)), Number(kib) * 1024]))
}
