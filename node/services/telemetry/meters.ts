import { readFile, statfs } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path/posix'

/** Counters as the kernel has them. Memory in bytes, processor time in ms of one core, traffic in bytes. */
export interface Counters {
  ram: number
  cpuMs: number
  download: number
  upload: number
}

/** What can be read of this machine and of its services. */
export interface Meters {
  node(): Promise<Counters>
  /** By a process of the service; undefined when it is gone. */
  service(pid: number): Promise<Pick<Counters, 'ram' | 'cpuMs'> | undefined>
  /** Of the filesystem that holds it. */
  partition(path: string): Promise<{ used: number; total: number }>
}

/** Ticks of /proc/stat are 10 ms on every Linux that matters (USER_HZ). */
const tickMs = 10

/** This machine, by /proc and the cgroups of its services. */
export const procMeters: Meters = {
  async node() {
    const [stat, memory, devices] = await Promise.all(['stat', 'meminfo', 'net/dev'].map((name) => proc(name)))
    return { ram: usedMemory(memory ?? ''), cpuMs: busyMs(stat ?? ''), ...trafficIn(devices ?? '') }
  },
  async service(pid) {
    try {
      return await measureGroup(pid)
    } catch {
      return undefined
    }
  },
  async partition(path) {
    const { blocks, bfree, bsize } = await statfs(path)
    return { used: (blocks - bfree) * bsize, total: blocks * bsize }
  },
}

export async function totalMemory(): Promise<number> {
  return memoryField(await proc('meminfo'), 'MemTotal')
}

export function coreCount(): number {
  return availableParallelism()
}

export function usedMemory(meminfo: string): number {
  return memoryField(meminfo, 'MemTotal') - memoryField(meminfo, 'MemAvailable')
}

function memoryField(meminfo: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0) * 1024
}

/** All but idle and waiting for disks, over all cores (proc(5)). */
export function busyMs(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '')
    .split(' ')
    .map(Number)
  return (user + nice + system + irq + softirq + steal) * tickMs
}

/** Of the devices that lead out of the machine. */
export function trafficIn(devices: string): { download: number; upload: number } {
  const rows = devices.split('\n').map((line) => line.trim().split(/[:\s]+/))
  const outer = rows.filter(([name = '']) => /^[a-z]/.test(name) && !/^(lo|wlb|wlv|veth|docker|face|Inter)/.test(name))
  const sum = (column: number) => outer.reduce((total, row) => total + Number(row[column] ?? 0), 0)
  return { download: sum(1), upload: sum(9) }
}

/** Version 2 of cgroups has all in one folder, version 1 a folder for each controller. */
async function measureGroup(pid: number): Promise<Pick<Counters, 'ram' | 'cpuMs'>> {
  const groups = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).split('\n').map((line) => line.split(':'))
  const folder = (controller: string) => {
    const path = groups.find(([, names = '']) => names.split(',').includes(controller))?.[2]
    return path === undefined ? undefined : join('/sys/fs/cgroup', controller, path)
  }
  const [memory, cpu] = [folder('memory'), folder('cpuacct')]
  if (memory !== undefined && cpu !== undefined) {
    const [used, stat, nanoseconds] = await Promise.all([
      readFile(join(memory, 'memory.usage_in_bytes'), 'utf8'),
      readFile(join(memory, 'memory.stat'), 'utf8'),
      readFile(join(cpu, 'cpuacct.usage'), 'utf8'),
    ])
    return { ram: Number(used) - counter(stat, 'total_inactive_file'), cpuMs: Number(nanoseconds) / 1e6 }
  }
  const unified = join('/sys/fs/cgroup', groups.find(([number]) => number === '0')?.[2] ?? '')
  const [used, stat, times] = await Promise.all(
    ['memory.current', 'memory.stat', 'cpu.stat'].map((name) => readFile(join(unified, name), 'utf8')),
  )
  return { ram: Number(used) - counter(stat ?? '', 'inactive_file'), cpuMs: counter(times ?? '', 'usage_usec') / 1000 }
}

function counter(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}

function proc(name: string): Promise<string> {
  return readFile(join('/proc', name), 'utf8')
}
