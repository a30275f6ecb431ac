import { UpdateError } from '../update-error.ts'
import { explained } from './explained.ts'
import type { ObjectPorts } from './port.ts'
import type { Target } from './target.ts'

/** What copy and tarball say about the filesystem they write onto. */
export interface OnFilesystem {
  target: string
  filesystem: string
  mountOptions: string
  format: boolean
  formatOptions: string
}

// updatehub.md 5.4 note 4. Without these, the programs ask or refuse where something is there already.
const force: Readonly<Record<string, readonly string[]>> = {
  ext2: ['-F', '-q'],
  ext3: ['-F', '-q'],
  ext4: ['-F', '-q'],
  xfs: ['-f', '-q'],
  btrfs: ['-f', '-q'],
  f2fs: ['-f'],
  vfat: [],
}

/** @throws UpdateError `tool_missing`, or `target_invalid` for filesystems that live on flash */
export async function requireFilesystem(object: OnFilesystem, ports: ObjectPorts): Promise<void> {
  if (!(object.filesystem in force)) {
    throw new UpdateError('target_invalid', `filesystem ${object.filesystem}: not supported on target-type device`)
  }
  for (const tool of ['mount', 'umount', ...(object.format ? [`mkfs.${object.filesystem}`] : [])]) {
    if ((await ports.processes.find(tool)) === undefined) {
      throw new UpdateError('tool_missing', `expected the program ${tool}, found none`)
    }
  }
}

/** Makes an empty filesystem. The target must not be mounted. @throws UpdateError `install_failed` */
export async function format(
  object: OnFilesystem,
  target: Target,
  { processes, log }: ObjectPorts,
  stop: AbortSignal,
): Promise<void> {
  const args = [...(force[object.filesystem] ?? []), ...words(object.formatOptions), target.path]
  log.info('formatting', { target: target.path, filesystem: object.filesystem })
  const how = await processes.run({ command: `mkfs.${object.filesystem}`, args }, stop)
  if (how.code === 0) return
  throw new UpdateError(
    'install_failed',
    `mkfs.${object.filesystem} of ${target.path}: ${how.stderr.trim().slice(-400)}`,
  )
}

/** A shell's words without its expansions: `-L "my data"` are two. */
export function words(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  )
}

/**
 * Mounts the target in a folder of ours, works there, and unmounts it whatever happens. What an earlier run that
 * was killed left mounted there is unmounted first.
 * @throws UpdateError `install_failed` when it cannot be mounted or unmounted
 */
export async function withMounted<T>(
  object: OnFilesystem,
  target: Target,
  ports: ObjectPorts,
  work: (root: string) => Promise<T>,
): Promise<T> {
  const folder = `${ports.scratch}/on${target.path.replaceAll(/[^A-Za-z0-9]+/g, '-')}`
  await ports.files.makeFolder(folder)
  await unmountLeftovers(ports)
  // A plain file is mounted through a loop device, which goes away with the mount.
  const options = [target.kind === 'file' ? 'loop' : '', object.mountOptions].filter(Boolean).join(',')
  await explained(`mounting ${target.path} as ${object.filesystem}`, 'install_failed', () =>
    ports.mounts.mount(target.path, folder, object.filesystem, options),
  )
  let result: T
  try {
    result = await work(folder)
  } catch (error) {
    await ports.mounts.unmount(folder).catch((left: unknown) => {
      ports.log.error('not unmounted', { folder, why: left instanceof Error ? left.message : String(left) })
    })
    throw error
  }
  await explained(`unmounting ${target.path}`, 'install_failed', () => ports.mounts.unmount(folder))
  return result
}

/** Unmounts what an earlier run that was killed left mounted in the scratch folder, the innermost first. */
export async function unmountLeftovers({ files, mounts, scratch, log }: ObjectPorts): Promise<void> {
  const ours = (await files.realPath(scratch)) ?? scratch
  const left = (await mounts.list()).filter(({ folder }) => folder.startsWith(`${ours}/`))
  for (const { folder } of left.toReversed()) {
    log.warning('unmounting what an earlier run left', { folder })
    await mounts.unmount(folder)
  }
}
