import type { Sha256 } from './digest.ts'

/** Every mode a package may name (updatehub.md 5.2). What an agent can install is a smaller list. */
export const modeNames = [
  'copy',
  'flash',
  'imxkobs',
  'mender',
  'raw',
  'raw-delta',
  'tarball',
  'test',
  'ubifs',
  'uboot-env',
  'zephyr',
] as const
export type Mode = (typeof modeNames)[number]

export type TargetType = 'device' | 'mtdname' | 'ubivolume'

/** How to find a version inside what is installed: a known format, or an expression searched from byte `seek` on. */
export type VersionPattern =
  | { kind: 'linux-kernel' }
  | { kind: 'u-boot' }
  | { kind: 'regexp'; regexp: string; seek: number; bufferSize: number | null }

/** When the object need not be installed (updatehub.md 5.5). */
export type InstallIfDifferent = { by: 'content' } | { by: 'version'; version: string; pattern: VersionPattern }

/** What all objects have. `size` is the length in bytes of the stored payload, which is compressed if `compressed`. */
export interface ObjectBase {
  filename: string
  size: number
  sha256sum: Sha256
}

interface Targeted {
  targetType: TargetType
  target: string
}

/** `uncompressedSize` is 0 when the packager did not know it. */
interface Compressible {
  compressed: boolean
  uncompressedSize: number
}

interface OnFilesystem extends Targeted {
  filesystem: string
  /** Leading slashes are gone; relative to the root of the filesystem. */
  targetPath: string
  mountOptions: string
  format: boolean
  formatOptions: string
}

/** One file onto a filesystem. */
export interface CopyObject extends ObjectBase, OnFilesystem, Compressible {
  mode: 'copy'
  /** Permission bits, at most 0o7777. */
  targetMode: number | null
  targetUid: string | number | null
  targetGid: string | number | null
  unless: InstallIfDifferent | null
}

/** Blocks onto a device or into a file. A block is `chunkSize` bytes; `count` null means all. */
export interface RawObject extends ObjectBase, Targeted, Compressible {
  mode: 'raw'
  chunkSize: number
  skip: number
  seek: number
  count: number | null
  truncate: boolean
  unless: InstallIfDifferent | null
}

/** An archive unpacked onto a filesystem. */
export interface TarballObject extends ObjectBase, OnFilesystem, Compressible {
  mode: 'tarball'
}

/** No effect; `refuse` makes the requirement check fail. */
export interface TestObject extends ObjectBase {
  mode: 'test'
  target: string
  refuse: boolean
}

/** An MTD device, erased and programmed. */
export interface FlashObject extends ObjectBase, Targeted {
  mode: 'flash'
  unless: InstallIfDifferent | null
}

/** A UBI volume. */
export interface UbifsObject extends ObjectBase, Targeted, Compressible {
  mode: 'ubifs'
}

/**
 * A bita archive applied to a device. `headerSha256` is the digest of the archive's header, which lets an agent read the
 * archive by ranges; null when the packager did not say, and then the archive has to be fetched whole to be trusted.
 */
export interface RawDeltaObject extends ObjectBase, Targeted {
  mode: 'raw-delta'
  chunkSize: number
  seek: number
  headerSha256: Sha256 | null
}

/** An i.MX boot stream for `kobs-ng`. */
export interface ImxkobsObject extends ObjectBase {
  mode: 'imxkobs'
  padding1k: boolean
  searchExponent: number
  chip0DevicePath: string | null
  chip1DevicePath: string | null
  unless: InstallIfDifferent | null
}

/** Modes that carry only the common fields. */
export type PlainMode = 'mender' | 'uboot-env' | 'zephyr'
export type PlainObject = { [M in PlainMode]: ObjectBase & { mode: M } }[PlainMode]

export type PackageObject =
  | CopyObject
  | FlashObject
  | ImxkobsObject
  | PlainObject
  | RawDeltaObject
  | RawObject
  | TarballObject
  | TestObject
  | UbifsObject
