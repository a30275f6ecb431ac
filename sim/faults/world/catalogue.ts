import { createHash } from 'node:crypto'
import type { KeptPackage } from '@windlass/fleet/fakes'
import type { Sha256 } from '@windlass/model'
import { sha256Text } from '@windlass/model'
import { sha256Of } from '@windlass/trust'
import { zipOf } from '@windlass/trust/fakes'
import type { ReleaseKind } from '../scenario.ts'
import type { KeyRing } from './key-ring.ts'

export const productUid = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'
export const hardware = 'gw-mk2'
/** What a slot is made of: two devices, so that a mix of two versions is possible. Bytes. */
export const slotParts = { boot: 4_096, root: 24_576 } as const
export type SlotPart = keyof typeof slotParts
export const partNames = ['boot', 'root'] as const satisfies readonly SlotPart[]

const tooLargeBytes = 40_960
/** Kinds that a device may run: all others must not get past its checks. */
const runnable: readonly ReleaseKind[] = ['good', 'panics', 'sick', 'half-sick', 'sick-later']

export interface Release {
  number: number
  kind: ReleaseKind
  version: string
  /** Whether a device may run it. */
  runnable: boolean
  kept: KeptPackage
  /** What the fleet sends for each digest. */
  objects: ReadonlyMap<string, Uint8Array>
  /** The same as a package file. */
  archive: Uint8Array
}

/** Every sector of it tells the version. */
export function image(version: string, part: SlotPart, bytes: number = slotParts[part]): Uint8Array {
  return Buffer.alloc(bytes, createHash('sha256').update(`${version} ${part}`).digest())
}

export function makeRelease(number: number, kind: ReleaseKind, keys: KeyRing, version = `r${number}`): Release {
  const images = partNames.map((part) => {
    const bytes = image(version, part, kind === 'too-large' && part === 'root' ? tooLargeBytes : slotParts[part])
    return { part, bytes, sha256sum: sha256Of(bytes) }
  })
  const described = metadataOf(version, kind, images)
  const signed = kind === 'changed' ? described.replace('"supported-', ' "supported-') : described
  const metadata = new TextEncoder().encode(described)
  const signature = kind === 'unsigned' ? '' : keys.sign(kind === 'signed-by-another' ? 'theirs' : 'ours', signed)
  const objects = new Map(
    images.map(({ bytes, sha256sum }) => [sha256sum, kind === 'other-bytes' ? spoilt(bytes) : bytes]),
  )
  return {
    number,
    kind,
    version,
    runnable: runnable.includes(kind),
    kept: keptPackage(version, metadata, signature, images),
    objects,
    archive: archiveOf(metadata, signature, objects),
  }
}

function archiveOf(metadata: Uint8Array, signature: string, objects: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const files: [string, Uint8Array | string][] = [['signature', signature], ['metadata', metadata], ...objects]
  return zipOf(files.map(([name, data]) => ({ name, data: Buffer.from(data) })))
}

interface Image {
  part: SlotPart
  bytes: Uint8Array
  sha256sum: Sha256
}

function metadataOf(version: string, kind: ReleaseKind, images: readonly Image[]): string {
  const set = (name: string) =>
    images.map(({ part, bytes, sha256sum }) => ({
      mode: 'raw',
      filename: `${part}.img`,
      size: bytes.length,
      sha256sum,
      'target-type': 'device',
      target: `/dev/slot-${name}-${part}`,
    }))
  return JSON.stringify({
    product: productUid,
    version,
    'supported-hardware': kind === 'other-hardware' ? ['gw-mk9'] : 'any',
    objects: [set('a'), set('b')],
  })
}

/** The fleet takes every package for one that fits: what is tried here is the devices' own judgement. */
function keptPackage(version: string, metadata: Uint8Array, signature: string, images: readonly Image[]): KeptPackage {
  return {
    uid: sha256Of(metadata),
    product: sha256Text(productUid),
    version,
    hardware: 'any',
    metadata,
    signature,
    size: 0,
    uploadedAt: 0,
    objects: images.map(({ part, bytes, sha256sum }) => {
      return { filename: `${part}.img`, mode: 'raw', size: bytes.length, sha256sum, at: null }
    }),
  }
}

function spoilt(bytes: Uint8Array): Uint8Array {
  const other = new Uint8Array(bytes)
  other.set([(bytes[100] ?? 0) ^ 1], 100)
  return other
}

/** Knows every image there is, and finds the version that a slot holds. */
export class Catalogue {
  readonly releases: readonly Release[]
  readonly #versions = new Map<string, string>()

  /** `factory`: the version with which devices leave the factory. */
  constructor(releases: readonly Release[], factory = 'factory') {
    this.releases = releases
    for (const version of [factory, ...releases.map((release) => release.version)])
      for (const part of partNames) this.#versions.set(digest(image(version, part)), version)
  }

  /** Undefined where it is no whole image of one version. */
  versionOf(parts: Readonly<Record<SlotPart, Uint8Array>>): string | undefined {
    const [boot, root] = [this.#versions.get(digest(parts.boot)), this.#versions.get(digest(parts.root))]
    return boot === root ? boot : undefined
  }

  /** Undefined for what left the factory. */
  release(version: string): Release | undefined {
    return this.releases.find((release) => release.version === version)
  }

  byUid(uid: string): Release | undefined {
    return this.releases.find(({ kept }) => kept.uid === uid)
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
