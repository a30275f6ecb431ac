import { readFile } from 'node:fs/promises'

/** A process that no other can be mistaken for: numbers are used again, but not with the same moment of start. */
export interface ProcessIdentity {
  pid: number
  /** When it was started, in ticks of the kernel (proc(5), stat field 22). */
  started: string
  /** Which run of the kernel. */
  boot: string
}

/** Undefined when there is no such process, or only what is left of an ended one. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const facts = stat === undefined ? undefined : readStat(stat)
  return facts && facts.state !== 'Z' ? { pid, started: facts.started, boot: boot.trim() } : undefined
}

/** The name of the program stands in brackets and may hold anything, brackets and blanks too. */
export function readStat(stat: string): { state: string; started: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', started: fields[19] ?? '' }
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identityOf(identity.pid)
  return now !== undefined && now.started === identity.started && now.boot === identity.boot
}
