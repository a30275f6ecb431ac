import { mkdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path/posix'
import type { Processes } from '@windlass/platform'
import { type FolderQuotas, quotaFor } from './folder-quotas.ts'
import { ProjectQuotas } from './project-quotas.ts'

/** How quotas are held in a folder: by its filesystem, or by measuring, and why no better. */
export type QuotaWay = { by: 'filesystem'; quotas: FolderQuotas; blockBytes: number } | { by: 'measuring'; why: string }

/** Numbers that nobody else will have thought of: "WI", and then from 0 on. The first is for trying. */
export const firstProject = 0x5749_0000

const programs = ['findmnt', 'find', 'chattr', 'lsattr', 'setquota', 'repquota']

/** Finds out what the filesystem of a folder can, by doing it once. */
export async function findQuotas(folder: string, processes: Processes, isRoot: boolean): Promise<QuotaWay> {
  const measuring = (why: string): QuotaWay => ({ by: 'measuring', why })
  if (!isRoot) return measuring('only root may set them')
  const found = await Promise.all(programs.map((name) => processes.find(name)))
  const missing = programs.filter((_, at) => found[at] === undefined)
  if (missing.length > 0) return measuring(`no ${missing.join(', ')} in PATH (Debian: e2fsprogs, quota)`)
  const mount = await mountOf(folder, processes)
  if (!mount) return measuring(`findmnt knows no filesystem of ${folder}`)
  const { target, fstype, options } = mount
  if (fstype !== 'ext4') return measuring(`${target} is ${fstype}; only ext4 can`)
  if (!options.split(',').includes('prjquota')) return measuring(`${target} is mounted without the option prjquota`)
  const quotas = new ProjectQuotas(target, processes)
  try {
    const { bsize } = await statfs(folder)
    await tryOut(quotas, folder, bsize)
    return { by: 'filesystem', quotas, blockBytes: bsize }
  } catch (error) {
    return measuring(`tried, and: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function tryOut(quotas: FolderQuotas, folder: string, blockBytes: number): Promise<void> {
  const trial = join(folder, '.quota-trial')
  try {
    await mkdir(trial, { recursive: true })
    await quotas.mark(trial, firstProject)
    await quotas.limit(firstProject, quotaFor(blockBytes, blockBytes))
    if ((await quotas.projectOf(trial)) !== firstProject) throw new Error('the folder did not come into the project')
    if (!(await quotas.projects()).has(firstProject)) throw new Error('the limit was not kept')
  } finally {
    await rm(trial, { recursive: true, force: true })
    await quotas.lift(firstProject).catch(() => undefined)
  }
}

interface Mount {
  target: string
  fstype: string
  options: string
}

async function mountOf(folder: string, processes: Processes): Promise<Mount | undefined> {
  const args = ['--json', '--first-only', '--output', 'TARGET,FSTYPE,OPTIONS', '--target', folder]
  const { code, stdout } = await processes.run({ command: 'findmnt', args })
  if (code !== 0) return undefined
  return (JSON.parse(stdout) as { filesystems: Mount[] }).filesystems[0]
}
