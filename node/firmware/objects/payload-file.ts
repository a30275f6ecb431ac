import type { ObjectBase } from '@windlass/model'
import { withPayload } from './payload.ts'
import { drain } from './pieces.ts'
import type { ObjectPorts, Payload, Progress } from './port.ts'
import { noSpace } from './space.ts'

/**
 * For programs that take a file and no stream: gives them one that holds the payload and nothing else, its digest
 * checked before. One that lies inside an archive is copied to the scratch folder for that long.
 * @throws UpdateError `object_mismatch`, `file_unreadable`, `no_space`
 */
export async function withPayloadFile<T>(
  object: ObjectBase,
  payload: Payload,
  ports: ObjectPorts,
  progress: Progress,
  stop: AbortSignal,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const facts = await ports.files.facts(payload.path)
  if (payload.at === 0 && facts?.size === payload.size) {
    await withPayload(object, payload, ports, progress, stop, drain)
    return use(payload.path)
  }
  const path = `${ports.scratch}/payload-${object.sha256sum.slice(0, 16)}`
  try {
    await copyOut(object, payload, path, ports, progress, stop)
    return await use(path)
  } finally {
    await ports.files.remove(path)
  }
}

async function copyOut(
  object: ObjectBase,
  payload: Payload,
  path: string,
  ports: ObjectPorts,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  const { files, scratch } = ports
  await files.makeFolder(scratch)
  await files.remove(path)
  const room = await files.freeBytes(scratch)
  if (payload.size > room) throw noSpace(object.filename, payload.size, room, scratch)
  const file = await files.open(path, 'create')
  try {
    let at = 0
    await withPayload(object, payload, ports, progress, stop, async (pieces) => {
      for await (const piece of pieces) {
        await file.write(piece, at)
        at += piece.length
      }
    })
  } finally {
    await file.close()
  }
}
