import type { TargetType } from '@windlass/model'
import type { FileFacts } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import { blockDevices, claimedWith, deviceId } from './block-devices.ts'
import type { Mount } from './mounts.ts'
import type { ObjectPorts } from './port.ts'

/** `exclusive`: written as a device, so nothing may be mounted from it. `shared`: written through a filesystem. */
export type Use = 'exclusive' | 'shared'

/** Where an object goes. `path` has no symlinks in it. `size`: a file's length, a device's capacity, in bytes. */
export interface Target {
  path: string
  kind: 'file' | 'block'
  size: number
}

/**
 * Finds the target of an object and makes sure that it may be written (updatehub.md 5.4 notes 1 and 2). A regular file
 * is taken like a device.
 * @throws UpdateError `target_invalid`: not there, not a device or file, write-protected, of a type not supported here;
 *   `target_busy`: mounted, with the mount named
 */
export async function requireTarget(
  object: { targetType: TargetType; target: string },
  use: Use,
  ports: ObjectPorts,
): Promise<Target> {
  requireDeviceType(object)
  const path = await ports.files.realPath(object.target)
  const facts = path === undefined ? undefined : await ports.files.facts(path)
  if (path === undefined || !facts) throw invalid(object.target, 'expected a device or file, found nothing')
  const { kind } = facts
  if (kind !== 'block' && kind !== 'file') throw invalid(object.target, `expected a block device or file, got ${kind}`)
  if ((facts.mode & 0o222) === 0) throw invalid(object.target, `expected it writable, got mode ${octal(facts.mode)}`)
  const mount = (await mountsOf(path, facts, ports)).find(({ folder }) => use === 'exclusive' || folder === '/')
  if (mount) throw new UpdateError('target_busy', `target ${object.target}: in use, mounted on ${mount.folder}`)
  return { path, kind, size: kind === 'file' ? facts.size : await capacityOf(path, ports) }
}

function requireDeviceType({ targetType, target }: { targetType: TargetType; target: string }): void {
  if (targetType !== 'device') throw invalid(target, `expected target-type device, got ${targetType}`)
  // updatehub.md 5.2: such a text names a UBI volume even where the type says device.
  if (target.startsWith('ubi') && target.includes(':')) throw invalid(target, 'UBI volumes are not supported')
  if (!target.startsWith('/')) throw invalid(target, 'expected an absolute path')
}

/** Every mount that a write to this device or file would pull the ground from. */
async function mountsOf(path: string, facts: FileFacts, ports: ObjectPorts): Promise<Mount[]> {
  const { files } = ports
  const all = await blockDevices(files)
  const own = facts.kind === 'block' ? deviceId(facts.device) : undefined
  const start = all.filter((device) => (own === undefined ? device.backing === path : device.id === own))
  const ids = new Set([...claimedWith(start, all)].map(({ id }) => id))
  if (own !== undefined) ids.add(own)
  const found: Mount[] = []
  for (const mount of [...(await ports.mounts.list()), await rootMount(ports)]) {
    if (ids.has(mount.device) || ids.has(await sourceId(mount, ports))) found.push(mount)
  }
  return found
}

/** The running root again, by its device: some containers and initramfs leave it out of the mount table. */
async function rootMount({ files }: ObjectPorts): Promise<Mount> {
  const facts = await files.facts('/')
  return { device: facts ? deviceId(facts.device) : '', source: 'none', folder: '/', filesystem: '' }
}

/** Filesystems that have a device number of their own, as btrfs, are known by what they were mounted from. */
async function sourceId({ source }: Mount, { files }: ObjectPorts): Promise<string> {
  const facts = source.startsWith('/dev/') ? await files.facts(source).catch(() => undefined) : undefined
  return facts?.kind === 'block' ? deviceId(facts.device) : ''
}

async function capacityOf(path: string, { files }: ObjectPorts): Promise<number> {
  const device = await files.open(path, 'read')
  try {
    return await device.size()
  } finally {
    await device.close()
  }
}

function invalid(target: string, why: string): UpdateError {
  return new UpdateError('target_invalid', `target ${target}: ${why}`)
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0')
