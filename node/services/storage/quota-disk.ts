import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import { nodeProcesses } from '@windlass/platform'

const mib = 1024 * 1024

/** A real ext4 in a file, mounted, with project quotas or without. For tests. */
export class QuotaDisk implements AsyncDisposable {
  /** Where it is mounted: what is in it goes with it. */
  readonly folder: string
  readonly #image: string
  readonly #options: string

  private constructor(image: string, options: string) {
    this.#image = image
    this.#options = options
    this.folder = `${image}.mounted`
  }

  static async make(kind: 'with quotas' | 'without quotas'): Promise<QuotaDisk> {
    const around = await mkdtemp(join(tmpdir(), 'quota-disk-'))
    // Services are not root, and have to come by.
    await chmod(around, 0o755)
    const image = join(around, 'ext4')
    await writeFile(image, '')
    await truncate(image, 64 * mib)
    const features = kind === 'with quotas' ? ['-O', 'project,quota', '-E', 'quotatype=prjquota'] : []
    await call('mkfs.ext4', ['-q', '-b', '4096', ...features, image])
    const disk = new QuotaDisk(image, kind === 'with quotas' ? 'loop,prjquota' : 'loop')
    await mkdir(disk.folder)
    await disk.mount()
    return disk
  }

  async mount(): Promise<void> {
    await call('mount', ['-o', this.#options, this.#image, this.folder])
  }

  async unmount(): Promise<void> {
    await call('umount', [this.folder])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await call('umount', ['--lazy', this.folder])
    await rm(join(this.#image, '..'), { recursive: true })
  }
}

/** What this machine lacks for such a disk, as the end of a test's name; empty when nothing. */
export async function lacksQuotas(): Promise<string> {
  if (process.getuid?.() !== 0) return ': needs root'
  for (const program of ['mkfs.ext4', 'setquota']) {
    if ((await nodeProcesses().find(program)) === undefined) return `: lacks ${program}`
  }
  try {
    await using _disk = await QuotaDisk.make('with quotas')
    return ''
  } catch {
    return ': this kernel has no quotas (`npm run qemu` runs it under one that has)'
  }
}

async function call(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await nodeProcesses().run({ command, args })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.trim()}`)
}
