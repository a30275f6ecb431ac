import { ProcessError } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import type { ObjectPorts } from './port.ts'

const most = 16 * 1024 * 1024
const tables = { user: 'passwd', group: 'group' } as const

/**
 * The number of a user or group, names taken from the running system. Digits are a number already.
 * @throws UpdateError `install_failed` when the name is unknown here
 */
export async function ownerId(
  kind: 'user' | 'group',
  owner: string | number | null,
  ports: Pick<ObjectPorts, 'files' | 'processes'>,
): Promise<number | undefined> {
  if (owner === null) return undefined
  if (typeof owner === 'number' || /^\d+$/.test(owner)) return Number(owner)
  const id = idIn(await lookUp(tables[kind], owner, ports), owner)
  if (id === undefined) throw new UpdateError('install_failed', `target: no ${kind} "${owner}" on this system`)
  return id
}

/** `getent` knows all sources of names; a small system without it has only the file. */
async function lookUp(
  table: string,
  name: string,
  { processes, files }: Pick<ObjectPorts, 'files' | 'processes'>,
): Promise<string> {
  try {
    return (await processes.run({ command: 'getent', args: ['--', table, name], timeoutMs: 10_000 })).stdout
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error
    return new TextDecoder().decode(await files.readFile(`/etc/${table}`, most))
  }
}

/** `name:password:id:…`, one per line. */
function idIn(text: string, name: string): number | undefined {
  for (const line of text.split('\n')) {
    const [who, , id] = line.split(':')
    if (who === name && id !== undefined && /^\d+$/.test(id)) return Number(id)
  }
  return undefined
}
