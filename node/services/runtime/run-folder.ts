import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path/posix'
import { isDiskError } from '@windlass/platform'
import type { RuntimeRun, Workload } from './runtime.ts'

/*
 * The folder of one run, in memory (/run): it is gone after a reboot, as is the service. `token` is written last before the
 * start and names the run; `supervisor`, `pid` and `exit` come from the supervisor. All is done at once: in memory a small file
 * costs less than the way to another thread and back.
 */

/** Makes the folder of a run that is about to start. `lower` holds short names because mount options are limited to a page. */
export function makeRunFolder(
  folder: string,
  workload: Workload,
  token: string,
  { files, ownRoot }: { files: Readonly<Record<string, string>>; ownRoot: boolean },
): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (ownRoot) makeRoot(folder, workload)
  writeFileSync(join(folder, 'label'), workload.label)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  writeFileSync(join(folder, 'token'), `${token}\n`)
}

function makeRoot(folder: string, workload: Workload): void {
  mkdirSync(join(folder, 'lower'))
  mkdirSync(join(folder, 'rootfs'))
  makeTop(join(folder, 'lower/top'), workload)
  const layers = workload.layers.toReversed()
  for (const [at, layer] of layers.entries()) symlinkSync(layer, join(folder, 'lower', String(at)))
  writeFileSync(join(folder, 'order'), `${['top', ...layers.keys()].join(':')}\n`)
}

/** The uppermost layer: places to mount on, and our own small files. */
function makeTop(top: string, { binds, files }: Workload): void {
  mkdirSync(join(top, 'tmp'), { recursive: true })
  // runc gives a memory disk the mode of what it is mounted on.
  chmodSync(join(top, 'tmp'), 0o1777)
  const folders = ['/proc', '/dev', '/sys', ...binds.filter(({ kind }) => kind === 'folder').map(({ to }) => to)]
  for (const folder of folders) mkdirSync(join(top, folder), { recursive: true, mode: 0o755 })
  const empty = binds.filter(({ kind }) => kind === 'file').map(({ to }): [string, string] => [to, ''])
  for (const [path, content] of [...empty, ...Object.entries(files)]) {
    mkdirSync(dirname(join(top, path)), { recursive: true, mode: 0o755 })
    writeFileSync(join(top, path), content, { mode: 0o644 })
  }
}

/** What is known of a run; undefined when the folder is not one, or not yet. */
export function readRunFolder(folder: string, now: number): RuntimeRun | undefined {
  const token = textOf(join(folder, 'token'))?.trim()
  const label = textOf(join(folder, 'label'))
  if (token === undefined || label === undefined) return undefined
  const started = changedAt(join(folder, 'token'))
  const pid = numberOf(textOf(join(folder, 'pid')))
  const run = { id: basename(folder), label, token, startedAt: started ?? now, ...(pid !== undefined && { pid }) }
  const code = numberOf(textOf(join(folder, 'exit')))
  if (code !== undefined) {
    const why = whyEnded(folder, code, pid)
    return { ...run, exit: { code, at: changedAt(join(folder, 'exit')) ?? now, why } }
  }
  if (isSupervised(folder, token, run.startedAt, now)) return run
  return { ...run, exit: { code: null, at: now, why: 'its supervisor was killed, and its exit code is not known' } }
}

function whyEnded(folder: string, code: number, pid: number | undefined): string {
  const complaint = textOf(join(folder, 'runtime.log'))?.trim().split('\n').at(-1)
  if (complaint && (pid === undefined || code >= 125)) return `not started: ${complaint.slice(-200)}`
  return code > 128 ? `ended by signal ${code - 128}` : `ended with exit code ${code}`
}

/** How long a shell may take to begin, on a machine that is busy. */
const beginMs = 10_000

function isSupervised(folder: string, token: string, startedAt: number, now: number): boolean {
  const pid = numberOf(textOf(join(folder, 'supervisor')))
  if (pid === undefined) return now - startedAt < beginMs
  // A number alone could be another process by now.
  const command = textOf(`/proc/${pid}/cmdline`)
  return command?.includes(`\0${folder}\0${token}\0`) === true || textOf(join(folder, 'exit')) !== undefined
}

/** Whether the service itself runs, and no longer the runtime that prepares it. */
export function isServiceRunning(folder: string, programs: readonly string[]): boolean {
  const pid = numberOf(textOf(join(folder, 'pid')))
  if (pid === undefined) return false
  const program = orNothing(() => readlinkSync(`/proc/${pid}/exe`))
  return program === undefined || !programs.some((name) => program.includes(name))
}

/** Whether the process would notice SIGTERM: one that is first in its namespace ignores what it has no handler for. */
export function hearsTerm(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1]
  const sigtermBit = 1n << 14n
  return caught === undefined || (BigInt(`0x${caught}`) & sigtermBit) !== 0n
}

export function listRunFolders(base: string): string[] {
  const names = orNothing(() => readdirSync(base)) ?? []
  return names.filter((name) => !name.startsWith('.')).map((name) => join(base, name))
}

export function textOf(path: string): string | undefined {
  return orNothing(() => readFileSync(path, 'utf8'))
}

function changedAt(path: string): number | undefined {
  return orNothing(() => statSync(path))?.mtimeMs
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
}

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (isDiskError(error, 'ENOENT', 'ENOTDIR', 'ESRCH', 'EACCES')) return undefined
    throw error
  }
}
