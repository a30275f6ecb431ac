import type { Log, Processes } from '@windlass/platform'
import type { Quotas } from './ports.ts'

/** User quotas by `setquota`, on filesystems that are mounted with them. */
export class SetQuota implements Quotas {
  readonly #processes: Processes
  readonly #log: Log

  constructor(processes: Processes, log: Log) {
    this.#processes = processes
    this.#log = log
  }

  async limit(folder: string, uid: number, bytes: number): Promise<boolean> {
    if ((await this.#processes.find('setquota')) === undefined) return false
    const mount = await this.#processes.run({ command: 'stat', args: ['-c', '%m', folder] })
    const kib = String(kibFor(bytes))
    const args = ['-u', String(uid), kib, kib, '0', '0', mount.stdout.trim()]
    const { code, stderr } = await this.#processes.run({ command: 'setquota', args })
    if (code !== 0) this.#log.debug('quota not set', { folder, uid, why: stderr.trim() })
    return code === 0
  }
}

const blockKib = 4

/** Whole blocks, and two more: the folder is the user's as well, and each of storage and state may end within a block. */
function kibFor(bytes: number): number {
  return bytes === 0 ? 0 : (Math.ceil(bytes / 1024 / blockKib) + 2) * blockKib
}
