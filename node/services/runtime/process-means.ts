import { access, constants, readFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import type { Processes } from '@windlass/platform'
import type { Means } from './means.ts'
import { quoted } from './quoted.ts'
import type { Workload } from './runtime.ts'

/**
 * Plain processes of this machine, for where there is no container runtime: an image's program is looked for in its layers,
 * the uppermost first, else in PATH. Nothing is private to a service, and of its limits only that of open files holds. Where
 * this is root it runs as the ordered user without new privileges, else as whoever runs this.
 */
export function processMeans(processes: Processes, isRoot: boolean): Means {
  return {
    type: 'process',
    ownRoot: false,
    programs: [],
    files: async (workload) => ({
      layers: JSON.stringify(workload.layers),
      enter: await enterScript(workload, isRoot),
    }),
    command: (folder) => ['setsid', 'sh', join(folder, 'enter')],
    signal: (folder, _id, signal) => signalGroup(folder, signal),
    remove: (folder) => signalGroup(folder, 'KILL'),
    async exec(folder, _id, [program = '', ...args], timeoutMs, stop) {
      const layers: unknown = JSON.parse(await readFile(join(folder, 'layers'), 'utf8'))
      const command = await inLayers(Array.isArray(layers) ? layers.map(String) : [], program)
      const how = await processes.run({ command, args, timeoutMs }, stop)
      return how.timedOut ? null : how.code
    },
  }
}

async function enterScript(workload: Workload, isRoot: boolean): Promise<string> {
  const { layers, args, env, cwd, uid, gid, gids, limits } = workload
  const [program = '', ...rest] = args
  const groups = gids.length === 0 ? ['--clear-groups'] : ['--groups', gids.join(',')]
  const user = ['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`, ...groups, '--no-new-privs']
  const command = [await inLayers(layers, program), ...rest]
  return `cd ${quoted(await inLayers(layers, cwd))} || cd /
${limits.openFiles === undefined ? '' : `ulimit -n ${limits.openFiles}`}
echo $$ > "\${0%/*}/pid.new" && mv "\${0%/*}/pid.new" "\${0%/*}/pid"
exec env -i ${[...env, ...(isRoot ? user : []), ...command].map(quoted).join(' ')}
`
}

/** The path in the uppermost layer that has it, else as it is. */
async function inLayers(layers: readonly string[], path: string): Promise<string> {
  if (!path.startsWith('/')) return path
  for (const layer of layers.toReversed()) {
    const inside = join(layer, path)
    if (await isUsable(inside)) return inside
  }
  return path
}

async function isUsable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function signalGroup(folder: string, signal: 'TERM' | 'KILL'): Promise<void> {
  try {
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'))
    if (Number.isInteger(pid) && pid > 1) process.kill(-pid, `SIG${signal}`)
  } catch {
    // Nobody is left.
  }
}
