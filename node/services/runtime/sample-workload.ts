import type { Workload } from './runtime.ts'

/** A workload that runs a shell script, for tests. */
export function sampleWorkload(id: string, script: string, changes: Partial<Workload> = {}): Workload {
  return {
    id,
    label: id,
    layers: [],
    args: ['/bin/sh', '-c', script],
    env: ['PATH=/bin:/usr/bin'],
    cwd: '/',
    uid: 5000,
    gid: 5000,
    gids: [],
    hostname: 'host',
    binds: [],
    devices: [],
    files: {},
    limits: { tmpBytes: 2 ** 20 },
    sysctl: {},
    logPath: '/dev/null',
    ...changes,
  }
}
