import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { StartError } from '../../fleet-error.ts'

/** How PostgreSQL's programs are started: as whom (undefined: as we are), and behind which command. */
export interface RunsAs {
  uid?: number
  gid?: number
  prefix: readonly string[]
}

/**
 * PostgreSQL refuses to run as root. As root it is given to the user `postgres`, or `nobody` where there is none: no
 * user is created. Where the folders are closed to that user (a clone below /root), it keeps the right to pass through.
 */
export async function runsAs(paths: readonly string[]): Promise<RunsAs> {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const user = await firstUser(['postgres', 'nobody'])
  if (await allOpen(paths)) return { ...user, prefix: [] }
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  return { prefix: ['setpriv', ...ids, '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--'], ...user }
}

async function firstUser(names: readonly string[]): Promise<{ uid: number; gid: number }> {
  const run = promisify(execFile)
  for (const name of names) {
    try {
      const [uid, gid] = await Promise.all(['-u', '-g'].map((which) => run('id', [which, name])))
      return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
    } catch {
      // the next one, then
    }
  }
  const text = `expected a user ${names.join(' or ')} to run PostgreSQL as, got none; start the fleet as another user than root`
  throw new StartError('database_failed', text)
}

/** Whether anybody may pass through all folders above these. */
async function allOpen(paths: readonly string[]): Promise<boolean> {
  const modes = await Promise.all(paths.flatMap(above).map(async (folder) => (await stat(folder)).mode))
  return modes.every((mode) => (mode & 0o001) !== 0)
}

function above(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...above(parent)]
}
