import { chmod, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path/posix'
import { isDiskError } from '@windlass/platform'
import type { RuntimeRun, Workload } from './runtime.ts'

/*
 * The folder of one run, in memory (/run): it is gone after a reboot, as is the service. `token` is written last before the
 * start and names the run; `supervisor`, `pid` and `exit` come from the supervisor.
 */

/** Makes the folder of a run that is about to start. `lower` holds short names because mount options are limited to a page. */
export async function makeRunFolder(
  folder: string,
  workload: Workload,
  token: string,
  { files, ownRoot }: { files: Readonly<Record<string, string>>; ownRoot: boolean },
): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (ownRoot) await makeRoot(folder, workload)
  await writeFile(join(folder, 'label'), workload.label)
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)))
  await writeFile(join(folder, 'token'), `${token}\n`)
}

async function makeRoot(folder: string, workload: Workload): Promise<void> {
  await mkdir(join(folder, 'lower'))
  await mkdir(join(folder, 'rootfs'))
  await makeTop(join(folder, 'lower/top'), workload)
  const layers = workload.layers.toReversed()
  await Promise.all(layers.map((layer, at) => symlink(layer, join(folder, 'lower', String(at)))))
  await writeFile(join(folder, 'order'), `${['top', ...layers.keys()].join(':')}\n`)
}

/** The uppermost layer: places to mount on, and our own small files. */
async function makeTop(top: string, { binds, files }: Workload): Promise<void> {
  await mkdir(join(top, 'tmp'), { recursive: true })
  // runc gives a memory disk the mode of what it is mounted on.
  await chmod(join(top, 'tmp'), 0o1777)
  const folders = ['/proc', '/dev', '/sys', ...binds.filter(({ kind }) => kind === 'folder').map(({ to }) => to)]
  for (const folder of folders) await mkdir(join(top, folder), { recursive: true, mode: 0o755 })
  const empty = binds.filter(({ kind }) => kind === 'file').map(({ to }): [string, string] => [to, ''])
  for (const [path, content] of [...empty, ...Object.entries(files)]) {
    await mkdir(dirname(join(top, path)), { recursive: true, mode: 0o755 })
    await writeFile(join(top, path), content, { mode: 0o644 })
  }
}

/** What is known of a run; undefined when the folder is not one, or not yet. */
export async function readRunFolder(folder: string, now: number): Promise<RuntimeRun | undefined> {
  const token = (await textOf(join(folder, 'token')))?.trim()
  const label = await textOf(join(folder, 'label'))
  if (token === undefined || label === undefined) return undefined
  const started = await changedAt(join(folder, 'token'))
  const pid = numberOf(await textOf(join(folder, 'pid')))
  const run = { id: basename(folder), label, token, startedAt: started ?? now, ...(pid !== undefined && { pid }) }
  const code = numberOf(await textOf(join(folder, 'exit')))
  if (code !== undefined) {
    const why = await whyEnded(folder, code, pid)
    return { ...run, exit: { code, at: (await changedAt(join(folder, 'exit'))) ?? now, why } }
  }
  if (await isSupervised(folder, token, run.startedAt, now)) return run
  return { ...run, exit: { code: null, at: now, why: 'its supervisor was killed, and its exit code is not known' } }
}

async function whyEnded(folder: string, code: number, pid: number | undefined): Promise<string> {
  const complaint = (await textOf(join(folder, 'runtime.log')))?.trim().split('\n').at(-1)
  if (complaint && (pid === undefined || code >= 125)) return `not started: ${complaint.slice(-200)}`
  return code > 128 ? `ended by signal ${code - 128}` : `ended with exit code ${code}`
}

/** How long a shell may take to begin, on a machine that is busy. */
const beginMs = 10_000

async function isSupervised(folder: string, token: string, startedAt: number, now: number): Promise<boolean> {
  const pid = numberOf(await textOf(join(folder, 'supervisor')))
  if (pid === undefined) return now - startedAt < beginMs
  // A number alone could be another process by now.
  const command = await textOf(`/proc/${pid}/cmdline`)
  return command?.includes(`\0${folder}\0${token}\0`) === true || (await textOf(join(folder, 'exit'))) !== undefined
}

/** Whether the service itself runs, and no longer the runtime that prepares it. */
export async function isServiceRunning(folder: string, programs: readonly string[]): Promise<boolean> {
  const pid = numberOf(await textOf(join(folder, 'pid')))
  if (pid === undefined) return false
  const program = await orNothing(readlink(`/proc/${pid}/exe`))
  return program === undefined || !programs.some((name) => program.includes(name))
}

/** Whether the process would notice SIGTERM: one that is first in its namespace ignores what it has no handler for. */
export async function hearsTerm(pid: number): Promise<boolean> {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec((await textOf(`/proc/${pid}/status`)) ?? '')?.[1]
  const sigtermBit = 1n << 14n
  return caught === undefined || (BigInt(`0x${caught}`) & sigtermBit) !== 0n
}

export async function listRunFolders(base: string): Promise<string[]> {
  const names = (await orNothing(readdir(base))) ?? []
  return names.filter((name) => !name.startsWith('.')).map((name) => join(base, name))
}

export async function textOf(path: string): Promise<string | undefined> {
  return await orNothing(readFile(path, 'utf8'))
}

async function changedAt(path: string): Promise<number | undefined> {
  return (await orNothing(stat(path)))?.mtimeMs
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
}

async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isDiskError(error, 'ENOENT', 'ENOTDIR', 'ESRCH', 'EACCES')) return undefined
    throw error
  }
}
