import type { RawDeltaObject, Sha256 } from '@windlass/model'
import { sha256Of } from '@windlass/trust'
import { UpdateError } from '../update-error.ts'
import { type DeltaHeader, headerSize, readHeader, startBytes } from './delta/header.ts'
import { rebuild } from './delta/rebuild.ts'
import { openStored } from './delta/stored-bytes.ts'
import { explained } from './explained.ts'
import { withPayload } from './payload.ts'
import { drain } from './pieces.ts'
import type { Installed, Mode, ObjectPorts, Payload, Progress, StoredBytes } from './port.ts'
import { requireRoom } from './space.ts'
import { requireTarget, type Target } from './target.ts'

/**
 * An archive of the `bita` tool applied to a device (updatehub.md 5.3, 5.4): of the image only those chunks are taken from the
 * archive which neither the target nor the running set has.
 *
 * An archive in a file is digested whole before anything is written. One at a server is not: there the signed metadata names
 * the digest of its header, the header has a hash of every chunk and the checksum of the image, and so nothing counts that the
 * signature does not cover.
 *
 * `chunk-size` is ignored and `seek` counts bytes, both as in UpdateHub.
 */
export const rawDelta: Mode<RawDeltaObject> = {
  check: (object, ports) =>
    explained(`target ${object.target}`, 'target_invalid', async () => {
      await requireTarget(object, 'exclusive', ports)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      `delta onto ${object.target}`,
      'install_failed',
      async (): Promise<Installed> => {
        const target = await requireTarget(object, 'exclusive', ports)
        const archive = await openStored(payload, ports)
        try {
          const header = await headerOf(object, payload, archive, ports, stop)
          await requireRoom(object.filename, object.seek + header.size, target, ports)
          await make(object, target, header, archive, payload, ports, progress, stop)
          return 'installed'
        } finally {
          await archive.close()
        }
      },
      stop,
    ),
}

async function make(
  object: RawDeltaObject,
  target: Target,
  header: DeltaHeader,
  archive: StoredBytes,
  { seed: seedPath }: Payload,
  ports: ObjectPorts,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  const file = await ports.files.open(target.path, 'update')
  const seed = seedPath === undefined ? undefined : await openSeed(seedPath, ports)
  try {
    const told = (done: number) => progress(Math.round((done / header.size) * object.size))
    const made = await rebuild({ header, archive, target: file, seed, from: object.seek }, ports, told, stop)
    if (target.kind === 'file' && target.size > object.seek + header.size) {
      await file.truncate(object.seek + header.size)
      await file.sync()
    }
    ports.log.info('image made from what was here and a delta', { target: target.path, ...made })
  } finally {
    await seed?.close()
    await file.close()
  }
}

/** A seed that cannot be opened makes the delta larger, not wrong. */
async function openSeed(path: string, { files, log }: ObjectPorts) {
  return files.open(path, 'read').catch((error: unknown) => {
    log.warning('no chunks from the other set', { path, why: String(error) })
    return undefined
  })
}

/** The header, once it is known to be the one that was signed. */
async function headerOf(
  object: RawDeltaObject,
  payload: Payload,
  archive: StoredBytes,
  ports: ObjectPorts,
  stop: AbortSignal,
): Promise<DeltaHeader> {
  if (!payload.remote) await withPayload(object, payload, ports, () => undefined, stop, drain)
  const start = await gathered(archive.read(0, startBytes, startBytes, stop))
  const size = headerSize(start)
  const rest = await gathered(archive.read(startBytes, size - startBytes, size, stop))
  const header = Buffer.concat([start, rest])
  if (header.length < size) throw new UpdateError('archive_invalid', 'delta archive: it ends within its header')
  if (payload.remote) requireSigned(object, sha256Of(header))
  return readHeader(header, object.size)
}

function requireSigned({ filename, headerSha256 }: RawDeltaObject, came: Sha256): void {
  if (came === headerSha256) return
  const expected = headerSha256 ?? 'none, as the metadata names no header'
  throw new UpdateError('object_mismatch', `${filename}: expected a header of sha256 ${expected}, got ${came}`)
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(new Uint8Array(piece))
  return Buffer.concat(parts)
}
