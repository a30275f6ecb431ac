import type { TarballObject } from '@windlass/model'
import type { Ended } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import { type ArchivePlan, guardArchive } from './archive-guard.ts'
import { decompressIfNeeded, requireUnpacker } from './decompress.ts'
import { explained } from './explained.ts'
import { format, requireFilesystem, withMounted } from './filesystem.ts'
import { requireInnerPath, resolveInside } from './inside.ts'
import { withPayload } from './payload.ts'
import type { Installed, Mode, ObjectPorts, Payload, Progress } from './port.ts'
import { requireCapacity } from './space.ts'
import { requireTarget, type Target } from './target.ts'

// A filesystem that compresses may hold more than its device; this much more is a bomb.
const mostTimesCapacity = 16

/**
 * An archive unpacked onto a filesystem (updatehub.md 5.3, 5.4), by the system's `tar`: it keeps owners, modes, device
 * nodes and, where it is GNU's, extended attributes and ACLs, which Node cannot set. It is not trusted with names: the
 * whole archive is read before, its digest and names checked, so that nothing is unpacked of an archive that is not wholly good.
 */
export const tarball: Mode<TarballObject> = {
  check: (object, ports) =>
    explained(`target ${object.target}`, 'target_invalid', async () => {
      const target = await requireTarget(object, useOf(object), ports)
      requireInnerPath(object.targetPath, 'folder')
      await requireFilesystem(object, ports)
      await requireUnpacker({ filename: object.filename, compressed: true }, ports)
      if ((await ports.processes.find('tar')) === undefined) {
        throw new UpdateError('tool_missing', 'expected the program tar, found none')
      }
      requireCapacity(object.filename, object.size, target)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      `tarball onto ${object.target}`,
      'install_failed',
      async (): Promise<Installed> => {
        requireInnerPath(object.targetPath, 'folder')
        const target = await requireTarget(object, useOf(object), ports)
        const plan = await guarded(object, target, payload, ports, stop)
        if (object.format) await format(object, target, ports, stop)
        await withMounted(object, target, ports, async (root) => {
          const folder = await folderFor(object, root, plan, ports)
          await unpack(object, payload, folder, ports, progress, stop)
          await sync(root, ports, stop)
        })
        return 'installed'
      },
      stop,
    ),
}

const useOf = (object: TarballObject) => (object.format ? 'exclusive' : 'shared')

function guarded(
  object: TarballObject,
  target: Target,
  payload: Payload,
  ports: ObjectPorts,
  stop: AbortSignal,
): Promise<ArchivePlan> {
  const mostBytes = target.size * mostTimesCapacity
  return withPayload(
    object,
    payload,
    ports,
    () => undefined,
    stop,
    (pieces) => guardArchive(decompressIfNeeded(pieces, object.filename, ports, stop), mostBytes),
  )
}

/** Makes the folder to unpack into. What the archive writes into must not be led elsewhere by symlinks on the disk. */
async function folderFor(
  object: TarballObject,
  root: string,
  { folders }: ArchivePlan,
  ports: ObjectPorts,
): Promise<string> {
  const { path } = await resolveInside(root, object.targetPath, ports)
  await ports.files.makeFolder(path)
  // In a filesystem just made there are no symlinks.
  if (!object.format) for (const folder of folders) await resolveInside(root, `${object.targetPath}/${folder}`, ports)
  return path
}

async function unpack(
  object: TarballObject,
  payload: Payload,
  folder: string,
  ports: ObjectPorts,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  const args = ['-x', '-p', '-f', '-', '-C', folder, '--numeric-owner', ...(await extras(ports, stop))]
  await withPayload(object, payload, ports, progress, stop, async (pieces) => {
    const input = decompressIfNeeded(pieces, object.filename, ports, stop)
    const how = await ports.processes.run({ command: 'tar', args, input, env: { LC_ALL: 'C' } }, stop)
    if (how.code !== 0) throw unpackFailed(object, how)
  })
}

/** GNU tar keeps more when asked. A symlink to a folder stays: replacing `/lib -> usr/lib` by a folder would hide the rest. */
async function extras({ processes, log }: ObjectPorts, stop: AbortSignal): Promise<string[]> {
  const { stdout } = await processes.run({ command: 'tar', args: ['--version'] }, stop)
  if (stdout.includes('GNU tar')) {
    return ['--keep-directory-symlink', '--xattrs', '--xattrs-include=*', '--acls', '--warning=no-timestamp']
  }
  log.debug('this tar may not keep extended attributes', { version: stdout.split('\n', 1)[0] })
  return []
}

function unpackFailed({ filename }: TarballObject, { code, signal, stderr }: Ended): UpdateError {
  const why = `${filename}: tar ended with ${code ?? signal}: ${stderr.trim().slice(-400)}`
  const full = /No space left on device|Wrote only \d+ of/.test(stderr)
  return new UpdateError(full ? 'no_space' : 'install_failed', why)
}

async function sync(root: string, { processes }: ObjectPorts, stop: AbortSignal): Promise<void> {
  const how = await processes.run({ command: 'sync', args: ['-f', root] }, stop)
  if (how.code !== 0) throw new UpdateError('install_failed', `sync of ${root}: ${how.stderr.trim().slice(-400)}`)
}
