import { dirname } from 'node:path/posix'
import { type Files, type Listening, type Log, listen, type Processes } from '@windlass/platform'
import type { ListenAddress } from '../listen-address.ts'
import { ownerId } from '../objects/owner.ts'
import type { ApiSocket } from './api-socket.ts'
import type { ApiPorts } from './ports.ts'
import { localApi, routed } from './routes.ts'

/** What one client may cost, and how many there may be, on either way in. */
const limits = { maxBodyBytes: 64 * 1024, maxConnections: 64 } as const

interface Means {
  files: Files
  processes: Processes
  log: Log
}

/** The local API on loopback TCP and, where one can be made, on a Unix socket. @throws when TCP cannot be had */
export async function serveLocalApi(
  api: ApiPorts,
  { listen: tcp, apiSocket }: { listen: ListenAddress; apiSocket: ApiSocket | null },
  means: Means,
): Promise<Pick<Listening, 'close'>> {
  const { log } = means
  const doors = [await listen(localApi(api), tcp, { ...limits, log })]
  if (apiSocket) {
    try {
      doors.push(await openSocket(api, apiSocket, means))
    } catch (error) {
      // A device must not lose its agent over a way in that has an other one beside it.
      log.warning('no Unix socket for the local API', { path: apiSocket.path, why: String(error) })
    }
  }
  return {
    async close(graceMs) {
      await Promise.all(doors.map((door) => door.close(graceMs)))
    },
  }
}

async function openSocket(api: ApiPorts, { path, mode, group }: ApiSocket, { files, processes, log }: Means) {
  await files.makeFolder(dirname(path))
  const owner = await ownerId('group', group, { files, processes })
  const listening = await listen(routed(api), { socket: path }, { ...limits, log })
  try {
    // Between the two nobody gets in whom the process's umask keeps out, which is everybody but its own user.
    await files.setOwner(path, undefined, owner)
    await files.setMode(path, mode)
    return listening
  } catch (error) {
    await listening.close()
    throw error
  }
}
