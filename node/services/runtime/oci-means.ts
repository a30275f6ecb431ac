import { join } from 'node:path/posix'
import type { Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import type { Means } from './means.ts'
import { ociSpec } from './oci-spec.ts'

export interface OciProgram {
  type: 'crun' | 'runc'
  path: string
  /** The program's own records. */
  stateRoot: string
  /** Cgroups of services are made beneath it: an absolute cgroup path. */
  cgroupParent: string
  /** The machine's, as OCI says it: `amd64`. */
  architecture: string
  /** Where the second cgroup hierarchy is mounted on a system that has both; crun refuses to run in its sight. */
  hiddenMount?: string
}

/** Containers by runc or crun, whose `run` stays in the foreground of the supervisor. */
export function ociMeans(program: OciProgram, processes: Processes): Means {
  const { type, path, stateRoot, hiddenMount } = program
  const global = [path, '--root', stateRoot, ...(type === 'crun' ? ['--cgroup-manager', 'cgroupfs'] : [])]
  const call = async (args: readonly string[], timeoutMs: number, stop?: AbortSignal) => {
    const whole = [...global, ...args]
    const command = hiddenMount === undefined ? whole : [...without(hiddenMount), ...whole]
    return await processes.run({ command: command[0] ?? path, args: command.slice(1), timeoutMs }, stop)
  }
  return {
    type,
    ownRoot: true,
    programs: [path, `/${type}`, 'memfd:'],
    ...(hiddenMount !== undefined && { hiddenMount }),
    files: async (workload) => ({
      'config.json': JSON.stringify(ociSpec(workload, program.cgroupParent, program.architecture)),
    }),
    command: (folder, id) => {
      const [log, pid] = [join(folder, 'runtime.log'), join(folder, 'pid')]
      return [...global, '--log', log, 'run', '--bundle', folder, '--pid-file', pid, id]
    },
    async signal(_folder, id, signal) {
      await call(['kill', id, signal], callMs)
    },
    async remove(_folder, id) {
      const how = await call(['delete', '--force', id], callMs)
      if (how.code === 0 || /does not exist/.test(how.stderr)) return
      const still = await call(['state', id], callMs)
      if (still.code === 0) throw new ServicesError('runtime', `${type}: ${id} cannot be removed: ${how.stderr.trim()}`)
    },
    async exec(_folder, id, command, timeoutMs, stop) {
      const how = await call(['exec', id, ...command], timeoutMs, stop)
      return how.timedOut ? null : how.code
    },
  }
}

const callMs = 30_000

/** Runs what follows where that mount is not to be seen; everybody else goes on seeing it. */
function without(mount: string): string[] {
  const script = 'umount "$1" && shift && exec "$@"'
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', mount]
}
