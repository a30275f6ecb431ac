import type { InstallIfDifferent, RawObject, Sha256 } from '@windlass/model'
import { createDigest } from '@windlass/trust'
import type { ObjectPorts } from './port.ts'
import { bytesOf, type Region, regionOf } from './region.ts'
import { SearchTooSlow } from './search.ts'
import { rawSpan } from './space.ts'
import type { Target } from './target.ts'
import { findVersion } from './versions.ts'

/** What the condition is judged on. `comparable`: the region would hold exactly the payload's stored bytes. */
interface Present {
  region: Region
  comparable: boolean
}

/** Whether a file already is what the copy object would make it. The file must be there. */
export async function fileIsSame(
  object: { unless: InstallIfDifferent | null; sha256sum: Sha256; size: number; compressed: boolean },
  path: string,
  ports: ObjectPorts,
): Promise<boolean> {
  const { unless } = object
  if (!unless) return false
  return opened(path, ports, async (file) => {
    const region = await regionOf(file, 0, null)
    const comparable = !object.compressed && region.length === object.size
    return isSame(unless, object.sha256sum, { region, comparable }, ports)
  })
}

/**
 * Whether a device already holds what the raw object would write. Only the bytes that the object will occupy count: a
 * neighbour's version must not be taken for its own.
 */
export async function deviceIsSame(object: RawObject, target: Target, ports: ObjectPorts): Promise<boolean> {
  const { unless } = object
  if (!unless) return false
  const { from, length } = rawSpan(object)
  const cutHere = target.kind === 'file' && object.truncate
  const rightEnd = !cutHere || (from === 0 && target.size === length)
  return opened(target.path, ports, async (file) => {
    const region = await regionOf(file, from, length)
    const whole = object.skip === 0 && region.length === object.size
    return isSame(unless, object.sha256sum, { region, comparable: !object.compressed && whole && rightEnd }, ports)
  })
}

/**
 * Whether flash already holds the object, judged by its first `length` bytes; null for all that can be read. What cannot
 * be read is not the same: old content with errors must not keep a new one out.
 */
export async function flashIsSame(
  object: { unless: InstallIfDifferent | null; sha256sum: Sha256 },
  path: string,
  length: number | null,
  ports: ObjectPorts,
): Promise<boolean> {
  const { unless } = object
  if (!unless) return false
  try {
    return await opened(path, ports, (file) => {
      const region = { file, from: 0, length: length ?? Infinity }
      return isSame(unless, object.sha256sum, { region, comparable: true }, ports)
    })
  } catch (error) {
    ports.log.warning('flash cannot be read, installing', { path, why: String(error) })
    return false
  }
}

async function isSame(
  unless: InstallIfDifferent,
  sha256sum: Sha256,
  { region, comparable }: Present,
  ports: ObjectPorts,
): Promise<boolean> {
  if (unless.by === 'content') return comparable && (await digestOf(region)) === sha256sum
  try {
    return (await findVersion(unless.pattern, region, ports)) === unless.version
  } catch (error) {
    if (!(error instanceof SearchTooSlow)) throw error
    ports.log.warning('version not searched to the end, installing', { why: error.message })
    return false
  }
}

async function digestOf(region: Region): Promise<Sha256> {
  const digest = createDigest()
  for await (const piece of bytesOf(region)) digest.update(piece)
  return digest.digest()
}

async function opened<T>(path: string, { files }: ObjectPorts, use: (file: Region['file']) => Promise<T>): Promise<T> {
  const file = await files.open(path, 'read')
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}
