import { readFile } from 'node:fs/promises'
import type { Processes } from '@windlass/platform'

/** What this machine can run services with. */
export interface Found {
  crun?: string
  runc?: string
  /** Where the second cgroup hierarchy is mounted beside the first (crun refuses that); undefined on a system that has one. */
  secondHierarchy?: string
}

/** Looks for container runtimes. They are only of use to root. */
export async function detectRuntimes(processes: Processes): Promise<Found> {
  const [crun, runc] = await Promise.all([processes.find('crun'), processes.find('runc')])
  const secondHierarchy = secondHierarchyIn(await readFile('/proc/self/mountinfo', 'utf8'))
  return {
    ...(crun !== undefined && { crun }),
    ...(runc !== undefined && { runc }),
    ...(secondHierarchy !== undefined && { secondHierarchy }),
  }
}

/** Of /proc/self/mountinfo: the place is the fifth field, the kind of filesystem the first after ` - ` (proc(5)). */
export function secondHierarchyIn(mountinfo: string): string | undefined {
  const mounts = mountinfo.split('\n').map((line) => {
    const [before = '', after = ''] = line.split(' - ')
    return { at: before.split(' ')[4], kind: after.split(' ')[0] }
  })
  const isHybrid = mounts.some(({ kind }) => kind === 'cgroup')
  return isHybrid ? mounts.find(({ kind }) => kind === 'cgroup2')?.at : undefined
}
