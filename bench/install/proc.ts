import { readFileSync } from 'node:fs'

// What Linux counts processor time in, on every architecture we run on.
const ticksPerSecond = 100

/** Bytes. `peakRss` is the most this process ever had, `rss` what it has now, `anonymous` what of it no file backs. */
export interface Memory {
  rss: number
  peakRss: number
  anonymous: number
}

/** Undefined once the process is gone. */
export function memoryOf(pid: number): Memory | undefined {
  const status = read(`/proc/${pid}/status`)
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) * 1024
  const memory = { rss: field('VmRSS'), peakRss: field('VmHWM'), anonymous: field('RssAnon') }
  return Number.isNaN(memory.peakRss) ? undefined : memory
}

/** Processor seconds, user and system: its own, and of the children it has waited for. */
export function processorSeconds(pid: number): { own: number; children: number } {
  const stat = read(`/proc/${pid}/stat`)
  // The name, in parentheses, may hold blanks; the fourteenth field is the twelfth behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (from: number) => (Number(fields[from] ?? 0) + Number(fields[from + 1] ?? 0)) / ticksPerSecond
  return { own: seconds(11), children: seconds(13) }
}

/** A process and all that it started. */
export function familyOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(familyOf)]
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
