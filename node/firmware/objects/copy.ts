import { dirname, join } from 'node:path/posix'
import type { CopyObject } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { decompress, requireUnpacker } from './decompress.ts'
import { explained } from './explained.ts'
import { format, requireFilesystem, withMounted } from './filesystem.ts'
import { fileIsSame } from './if-different.ts'
import { requireInnerPath, resolveInside } from './inside.ts'
import { withPayload } from './payload.ts'
import { atMost } from './pieces.ts'
import { type Owners, ownersOf, placeFile } from './place-file.ts'
import type { Installed, Mode, ObjectPorts } from './port.ts'
import { requireCapacity, spaceNeeded } from './space.ts'
import { requireTarget, type Target } from './target.ts'

/** One file onto a filesystem (updatehub.md 5.3, 5.4). */
export const copy: Mode<CopyObject> = {
  check: (object, ports) =>
    explained(`target ${object.target}`, 'target_invalid', async () => {
      const target = await requireTarget(object, useOf(object), ports)
      requireInnerPath(object.targetPath, 'file')
      await requireFilesystem(object, ports)
      await requireUnpacker(object, ports)
      requireCapacity(object.filename, spaceNeeded(object), target)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      `copy of ${object.targetPath} onto ${object.target}`,
      'install_failed',
      async (): Promise<Installed> => {
        requireInnerPath(object.targetPath, 'file')
        const target = await requireTarget(object, useOf(object), ports)
        const owners = await ownersOf(object, ports)
        if (await isSame(object, target, ports)) return 'same'
        if (object.format) await format(object, target, ports, stop)
        await withMounted(object, target, ports, (root) =>
          withPayload(object, payload, ports, progress, stop, async (pieces) =>
            place(object, root, owners, content(object, target, pieces, ports, stop), ports),
          ),
        )
        return 'installed'
      },
      stop,
    ),
}

const useOf = (object: CopyObject) => (object.format ? 'exclusive' : 'shared')

/** A target that is to be formatted may be blank; then it is different. */
async function isSame(object: CopyObject, target: Target, ports: ObjectPorts): Promise<boolean> {
  if (!object.unless) return false
  try {
    return await withMounted(object, target, ports, async (root) => {
      const there = await resolveInside(root, object.targetPath, ports)
      return there.exists && (await fileIsSame(object, there.path, ports))
    })
  } catch (error) {
    if (!object.format) throw error
    return false
  }
}

function content(
  object: CopyObject,
  target: Target,
  pieces: AsyncIterable<Uint8Array>,
  ports: ObjectPorts,
  stop: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (!object.compressed) return pieces
  const limit = object.uncompressedSize || target.size
  return atMost(decompress(pieces, object.filename, ports, stop), limit, () => {
    return new UpdateError('object_mismatch', `${object.filename}: expected ${limit} bytes after unpacking, got more`)
  })
}

async function place(
  object: CopyObject,
  root: string,
  owners: Owners,
  pieces: AsyncIterable<Uint8Array>,
  ports: ObjectPorts,
): Promise<void> {
  const folder = await resolveInside(root, dirname(object.targetPath), ports)
  if (!folder.exists || (await ports.files.facts(folder.path))?.kind !== 'folder') {
    const missing = join('/', dirname(object.targetPath))
    throw new UpdateError('install_failed', `expected a folder ${missing} on ${object.target}; copy makes no folders`)
  }
  const file = await resolveInside(root, object.targetPath, ports)
  await placeFile(file.path, spaceNeeded(object), owners, pieces, ports)
}
