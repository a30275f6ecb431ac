import type { CopyObject, RawDeltaObject, RawObject, TarballObject } from '@windlass/model'
import { createLog } from '@windlass/platform'
import { FakeFiles, FakeProcesses, type FakeProgram } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import { FakeMounts } from './fake-mounts.ts'
import type { ObjectPorts, Payload } from './port.ts'

/** `size` bytes that repeat nowhere soon, the same for the same seed. */
export function someBytes(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = seed
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/** The ports, all fake. */
export function fakePorts(programs: Readonly<Record<string, FakeProgram>> = {}) {
  const files = new FakeFiles()
  const mounts = new FakeMounts()
  const processes = new FakeProcesses(programs)
  return { files, mounts, processes, log: createLog([], () => 0), scratch: '/run/windlass' } satisfies ObjectPorts
}

/** Puts the stored bytes into the middle of a file, as objects lie in an archive. */
export function placedAt(files: FakeFiles, stored: Uint8Array, path = '/download/package'): Payload {
  files.put(path, Buffer.concat([someBytes(100, 7), stored, someBytes(50, 8)]))
  return { path, at: 100, size: stored.length }
}

const targeted = { targetType: 'device', compressed: false, uncompressedSize: 0 } as const

/** A raw object for these stored bytes, with the real agent's defaults. */
export function rawObject(stored: Uint8Array, other: Partial<RawObject> = {}): RawObject {
  return {
    ...targeted,
    mode: 'raw',
    filename: 'rootfs.img',
    target: '/dev/slot',
    size: stored.length,
    sha256sum: sha256Of(stored),
    chunkSize: 131072,
    skip: 0,
    seek: 0,
    count: null,
    truncate: true,
    unless: null,
    ...other,
  }
}

const onFilesystem = { target: '/dev/slot', filesystem: 'ext4', mountOptions: '', format: false, formatOptions: '' }

export function copyObject(stored: Uint8Array, other: Partial<CopyObject> = {}): CopyObject {
  return {
    ...targeted,
    ...onFilesystem,
    mode: 'copy',
    filename: 'zImage',
    size: stored.length,
    sha256sum: sha256Of(stored),
    targetPath: 'boot/zImage',
    targetMode: null,
    targetUid: null,
    targetGid: null,
    unless: null,
    ...other,
  }
}

export function tarballObject(stored: Uint8Array, other: Partial<TarballObject> = {}): TarballObject {
  return {
    ...targeted,
    ...onFilesystem,
    mode: 'tarball',
    filename: 'rootfs.tar',
    size: stored.length,
    sha256sum: sha256Of(stored),
    targetPath: '',
    ...other,
  }
}

export function rawDeltaObject(stored: Uint8Array, other: Partial<RawDeltaObject> = {}): RawDeltaObject {
  return {
    mode: 'raw-delta',
    filename: 'rootfs.cba',
    targetType: 'device',
    target: '/dev/slot',
    size: stored.length,
    sha256sum: sha256Of(stored),
    chunkSize: 131072,
    seek: 0,
    headerSha256: null,
    ...other,
  }
}

export const noProgress = () => undefined
export const never = new AbortController().signal

/** A matcher's diff of megabytes takes minutes; this says only yes or no. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
