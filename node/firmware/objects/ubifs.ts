import type { UbifsObject } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { decompress, owned, requireUnpacker } from './decompress.ts'
import { explained } from './explained.ts'
import { heldBack } from './held-back.ts'
import { withPayload } from './payload.ts'
import { atMost } from './pieces.ts'
import type { Installed, Mode, ObjectPorts, Payload } from './port.ts'
import { noSpace, spaceNeeded } from './space.ts'
import { requireTools, runTool } from './tools.ts'
import { requireUbiVolume, type UbiVolume } from './ubi.ts'

/**
 * A UBI volume, through `ubiupdatevol` (updatehub.md 5.3, 5.4). From its first byte to its last the volume counts as
 * corrupt and cannot be mounted, also after a power cut; what it held before is gone.
 */
export const ubifs: Mode<UbifsObject> = {
  check: (object, ports) =>
    explained(`target ${object.target}`, 'target_invalid', async () => {
      await requireTools(['ubinfo', 'ubiupdatevol'], ports)
      await requireUnpacker(object, ports)
      requireFits(object, spaceNeeded(object), await requireUbiVolume(object, ports))
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      `ubifs onto ${object.target}`,
      'install_failed',
      async (): Promise<Installed> => {
        const volume = await requireUbiVolume(object, ports)
        const size = await sizeOf(object, volume, payload, ports, stop)
        requireFits(object, size, volume)
        await withPayload(object, payload, ports, progress, stop, async (pieces) => {
          const input = content(object, heldBack(object, pieces), size, ports, stop)
          await runTool({ command: 'ubiupdatevol', args: [volume.path, '-s', String(size), '-'], input }, ports, stop)
        })
        return 'installed'
      },
      stop,
    ),
}

/** The program must be told how many bytes will come. Where the packager did not, they are unpacked once to be counted. */
async function sizeOf(
  object: UbifsObject,
  volume: UbiVolume,
  payload: Payload,
  ports: ObjectPorts,
  stop: AbortSignal,
): Promise<number> {
  if (!object.compressed || object.uncompressedSize > 0) return spaceNeeded(object)
  return withPayload(
    object,
    payload,
    ports,
    () => undefined,
    stop,
    async (pieces) => {
      let size = 0
      for await (const piece of decompress(pieces, object.filename, ports, stop)) {
        size += piece.length
        requireFits(object, size, volume)
      }
      return size
    },
  )
}

/** Exactly `size` bytes, or an error in place of the last. */
async function* content(
  object: UbifsObject,
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  ports: ObjectPorts,
  stop: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const plain = object.compressed ? decompress(pieces, object.filename, ports, stop) : pieces
  let count = 0
  for await (const piece of owned(atMost(plain, size, () => wrongSize(object, size, 'more')))) {
    count += piece.length
    yield piece
  }
  if (count < size) throw wrongSize(object, size, String(count))
}

function wrongSize({ filename }: UbifsObject, size: number, came: string): UpdateError {
  return new UpdateError('object_mismatch', `${filename}: expected ${size} bytes for the volume, got ${came}`)
}

function requireFits({ filename }: UbifsObject, size: number, volume: UbiVolume): void {
  if (size > volume.size) throw noSpace(filename, size, volume.size, volume.path)
}
