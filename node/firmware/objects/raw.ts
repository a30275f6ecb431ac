import type { RawObject } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { decompress, requireUnpacker } from './decompress.ts'
import { explained } from './explained.ts'
import { deviceIsSame } from './if-different.ts'
import { withPayload } from './payload.ts'
import { atMost, part } from './pieces.ts'
import type { Installed, Mode, ObjectPorts } from './port.ts'
import { noSpace, rawSpan, requireRoom } from './space.ts'
import { requireTarget, type Target } from './target.ts'
import { type Written, writeDifferences } from './write-differences.ts'

/** Blocks onto a device or into a file (updatehub.md 5.3, 5.4). */
export const raw: Mode<RawObject> = {
  check: (object, ports) =>
    explained(`target ${object.target}`, 'target_invalid', async () => {
      const target = await requireTarget(object, 'exclusive', ports)
      await requireUnpacker(object, ports)
      const { from, length } = rawSpan(object)
      await requireRoom(object.filename, from + (length ?? 0), target, ports)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      `raw onto ${object.target}`,
      'install_failed',
      async (): Promise<Installed> => {
        const target = await requireTarget(object, 'exclusive', ports)
        if (await deviceIsSame(object, target, ports)) return 'same'
        const written = await withPayload(object, payload, ports, progress, stop, (pieces) =>
          write(object, target, taken(object, target, pieces, ports, stop), ports),
        )
        ports.log.debug('blocks written', { target: target.path, ...written })
        return 'installed'
      },
      stop,
    ),
}

/** `skip` and `count` are of the stored bytes, also when these are compressed. */
function taken(
  object: RawObject,
  target: Target,
  pieces: AsyncIterable<Uint8Array>,
  ports: ObjectPorts,
  stop: AbortSignal,
): AsyncIterable<Uint8Array> {
  const from = object.skip * object.chunkSize
  const window = part(pieces, from, object.count === null ? Infinity : from + object.count * object.chunkSize)
  if (!object.compressed) return window
  const unpacked = decompress(window, object.filename, ports, stop)
  const promised = object.uncompressedSize
  if (promised > 0) return atMost(unpacked, promised, () => longerThan(object.filename, promised))
  if (target.kind === 'file') return unpacked
  const room = target.size - rawSpan(object).from
  return atMost(unpacked, room, () => noSpace(object.filename, room + 1, room, target.path))
}

async function write(
  object: RawObject,
  target: Target,
  pieces: AsyncIterable<Uint8Array>,
  { files }: ObjectPorts,
): Promise<Written> {
  const { from } = rawSpan(object)
  const cut = object.truncate && target.kind === 'file'
  const file = await files.open(target.path, 'update')
  try {
    // The real agent opens with O_TRUNC: what is before the place to write reads as zeros afterwards.
    if (cut && from > 0) await file.truncate(0)
    const written = await writeDifferences(file, pieces, from)
    if (cut) {
      await file.truncate(written.end)
      await file.sync()
    }
    return written
  } finally {
    await file.close()
  }
}

function longerThan(name: string, promised: number): UpdateError {
  return new UpdateError('object_mismatch', `${name}: expected ${promised} bytes after unpacking, got more`)
}
