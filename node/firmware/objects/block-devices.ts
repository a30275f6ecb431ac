import type { Files } from '@windlass/platform'

/** A block device as /sys/class/block tells it. `id` is `major:minor`. */
export interface BlockDevice {
  name: string
  id: string
  /** Names of its partitions. */
  partitions: string[]
  /** Names of the devices made of it (device-mapper, MD, bcache). */
  holders: string[]
  /** What a loop device shows: the path of a file or of another device. */
  backing: string | undefined
}

const folder = '/sys/class/block'
const attributeBytes = 8192

/** All of them; empty where there is no sysfs. */
export async function blockDevices(files: Files): Promise<BlockDevice[]> {
  const names = await namesIn(files, folder)
  const known = new Set(names)
  return Promise.all(
    names.map(async (name) => ({
      name,
      id: (await attribute(files, `${folder}/${name}/dev`)) ?? '',
      partitions: (await namesIn(files, `${folder}/${name}`)).filter((child) => known.has(child)),
      holders: await namesIn(files, `${folder}/${name}/holders`),
      backing: await attribute(files, `${folder}/${name}/loop/backing_file`),
    })),
  )
}

/**
 * The devices whose use is a use of `start`: itself, the disk it is a partition of, and everything cut out of it or
 * stacked on it, loop devices included. Its sibling partitions are not among them.
 */
export function claimedWith(start: BlockDevice[], all: readonly BlockDevice[]): Set<BlockDevice> {
  const claimed = new Set(start)
  for (const device of claimed) {
    const above = [...device.partitions, ...device.holders]
    for (const other of all)
      if (above.includes(other.name) || other.backing === `/dev/${device.name}`) claimed.add(other)
  }
  for (const disk of all) if (start.some((device) => disk.partitions.includes(device.name))) claimed.add(disk)
  return claimed
}

/** A device number as the system call gives it, as `major:minor`. */
export function deviceId(number: number): string {
  const n = BigInt(number)
  const major = ((n >> 32n) & 0xfffff000n) | ((n >> 8n) & 0xfffn)
  const minor = ((n >> 12n) & 0xffffff00n) | (n & 0xffn)
  return `${major}:${minor}`
}

/** The names in a folder; none where there is no folder. */
export async function namesIn(files: Files, path: string): Promise<string[]> {
  return files.list(path).catch(() => [])
}

/** A file of sysfs as trimmed text; undefined where it is not there. */
export async function attribute(files: Files, path: string): Promise<string | undefined> {
  const bytes = await files.readFile(path, attributeBytes).catch(() => undefined)
  return bytes && new TextDecoder().decode(bytes).trim()
}
