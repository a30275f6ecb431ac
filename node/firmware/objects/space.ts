import { dirname } from 'node:path/posix'
import type { RawObject } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import type { ObjectPorts } from './port.ts'
import type { Target } from './target.ts'

/** Bytes an object takes at its target; 0 when it is compressed and the packager did not say (updatehub.md 5.4 note 2). */
export function spaceNeeded(object: { size: number; compressed: boolean; uncompressedSize: number }): number {
  return object.compressed ? object.uncompressedSize : object.size
}

/** Where a raw object lands: `length` bytes from `from` on; null when it is compressed and the packager did not say. */
export function rawSpan(object: RawObject): { from: number; length: number | null } {
  const { chunkSize, skip, seek, count, size } = object
  const from = seek * chunkSize
  if (object.compressed) return { from, length: object.uncompressedSize || null }
  return { from, length: Math.max(0, Math.min(size - skip * chunkSize, (count ?? Infinity) * chunkSize)) }
}

/** @throws UpdateError `no_space` */
export function requireCapacity(name: string, needed: number, target: Target): void {
  if (needed > target.size) throw noSpace(name, needed, target.size, target.path)
}

/** As requireCapacity; a plain file may grow into what its filesystem has left. @throws UpdateError `no_space` */
export async function requireRoom(name: string, needed: number, target: Target, { files }: ObjectPorts): Promise<void> {
  if (target.kind === 'block') return requireCapacity(name, needed, target)
  const room = target.size + (await files.freeBytes(dirname(target.path)))
  if (needed > room) throw noSpace(name, needed, room, target.path)
}

/** The failure of having to put `needed` bytes where `room` are. */
export function noSpace(name: string, needed: number, room: number, where: string): UpdateError {
  return new UpdateError('no_space', `${name}: needs ${needed} bytes, ${where} has room for ${room}`)
}
