import { deflateRawSync, gzipSync } from 'node:zlib'
import type { Keys } from '@windlass/trust'
import { sha256Of } from '@windlass/trust'
import { tarOf, type ZipPart, zipOf } from '@windlass/trust/fakes'
import { type Release, release } from './stage.ts'

/** A package file that must not get in. `code`: why not, as the agent names it; null where it does no harm. */
export interface PackageAttack {
  name: string
  code: string | null
  archive: (ours: Keys, theirs: Keys) => Uint8Array
}

const partsOf = ({ metadata, signature, objects }: Release): { name: string; data: Buffer }[] => [
  { name: 'signature', data: Buffer.from(signature) },
  { name: 'metadata', data: Buffer.from(metadata) },
  ...[...objects].map(([name, data]) => ({ name, data: Buffer.from(data) })),
]
const zipped = (of: Release, ...more: ZipPart[]) => zipOf([...partsOf(of), ...more])
const tarred = (of: Release, ...more: Parameters<typeof tarOf>[0]) => tarOf([...partsOf(of), ...more])
const unixMode = (mode: number) => (header: Buffer) => header.writeUInt32LE(mode * 0x10000, 38)

/** An entry that says it unpacks to `size` bytes, and holds `data` packed. */
function packed(name: string, data: Buffer, size = data.length): ZipPart {
  const bytes = deflateRawSync(data)
  const { length } = bytes
  return {
    name,
    data: bytes,
    header: { method: 8, packed: length, size, crc: zipOf([{ name: 'x', data }]).readUInt32LE(14) },
  }
}

const thousandfold = Buffer.alloc(16 * 1024 * 1024)

export const packageAttacks: readonly PackageAttack[] = [
  {
    name: 'unsigned package',
    code: 'signature_missing',
    archive: (ours) => zipped({ ...release(ours), signature: '' }),
  },
  {
    name: 'package signed with another key',
    code: 'signature_mismatch',
    archive: (_, theirs) => zipped(release(theirs)),
  },
  {
    name: 'metadata changed after signing',
    code: 'signature_mismatch',
    archive: (ours) => zipped({ ...release(ours), metadata: release(ours).metadata.replace('"2"', '"3"') }),
  },
  {
    name: 'file that the metadata does not name',
    code: null,
    archive: (ours) => zipped(release(ours), { name: sha256Of('more'), data: 'more' }),
  },
  {
    name: 'file that the metadata names and the package lacks',
    code: 'archive_entry_missing',
    archive: (ours) => zipped({ ...release(ours), objects: new Map() }),
  },
  {
    name: 'one byte of an object changed',
    code: 'object_mismatch',
    archive: (ours) => {
      const good = release(ours)
      const changed = [...good.objects].map(([name, bytes]) => [name, bytes.with(60_000, 1)] as const)
      return zipped({ ...good, objects: new Map(changed) })
    },
  },
  {
    name: 'zip bomb of 1000 to 1 in the metadata',
    code: 'archive_too_large',
    archive: (ours) =>
      zipOf([{ name: 'signature' }, packed('metadata', thousandfold), ...partsOf(release(ours)).slice(2)]),
  },
  {
    name: 'zip bomb of 1000 to 1 that hides its size',
    code: 'archive_invalid',
    archive: (ours) => {
      const [signature, , ...objects] = partsOf(release(ours))
      return zipOf([
        { name: 'signature', data: signature?.data ?? '' },
        packed('metadata', thousandfold, 100),
        ...objects,
      ])
    },
  },
  {
    name: 'zip bomb of 1000 to 1 in an object',
    code: 'object_mismatch',
    archive: (ours) => {
      const good = release(ours)
      const [name = ''] = good.objects.keys()
      return zipOf([...partsOf({ ...good, objects: new Map() }), packed(name, thousandfold)])
    },
  },
  {
    name: 'tar bomb of 1000 to 1',
    code: 'archive_too_large',
    archive: (ours) =>
      gzipSync(
        tarOf([{ name: 'signature' }, { name: 'metadata', data: thousandfold }, ...partsOf(release(ours)).slice(2)]),
      ),
  },
  {
    name: 'path traversal',
    code: 'archive_invalid',
    archive: (ours) => zipped(release(ours), { name: '../../etc/passwd' }),
  },
  { name: 'absolute name', code: 'archive_invalid', archive: (ours) => zipped(release(ours), { name: '/etc/passwd' }) },
  {
    name: 'name with backslashes',
    code: 'archive_invalid',
    archive: (ours) => zipped(release(ours), { name: '..\\..\\x' }),
  },
  {
    name: 'symbolic link',
    code: 'archive_invalid',
    archive: (ours) => tarred(release(ours), { name: 'x', type: '2' }),
  },
  {
    name: 'symbolic link in place of an object',
    code: 'archive_invalid',
    archive: (ours) =>
      zipped(
        { ...release(ours), objects: new Map() },
        { name: sha256Of('x'), data: '/dev/slot-a', central: unixMode(0o120777) },
      ),
  },
  { name: 'hard link', code: 'archive_invalid', archive: (ours) => tarred(release(ours), { name: 'x', type: '1' }) },
  {
    name: 'hard link in place of an object',
    code: 'archive_invalid',
    archive: (ours) => tarred({ ...release(ours), objects: new Map() }, { name: sha256Of('x'), type: '1' }),
  },
  { name: 'device node', code: 'archive_invalid', archive: (ours) => tarred(release(ours), { name: 'x', type: '4' }) },
  {
    name: 'setuid entry',
    code: null,
    archive: (ours) => zipped(release(ours), { name: 'x', data: 'y', central: unixMode(0o104755) }),
  },
  {
    name: 'name that comes twice',
    code: 'archive_invalid',
    archive: (ours) => zipped(release(ours), { name: 'metadata', data: '{}' }),
  },
  {
    name: 'twin in other case',
    code: 'archive_invalid',
    archive: (ours) => zipped(release(ours), { name: 'METADATA', data: '{}' }),
  },
  {
    name: 'twin in another Unicode form',
    code: 'archive_invalid',
    archive: (ours) => zipped(release(ours), { name: 'ｍetadata', data: '{}' }),
  },
  {
    name: 'a million entries',
    code: 'archive_too_large',
    archive: (ours) => zipOf(partsOf(release(ours)), { count: 1_000_000 }),
  },
  { name: 'truncated package', code: 'archive_invalid', archive: (ours) => zipped(release(ours)).subarray(0, -100) },
  {
    name: 'trailing data',
    code: 'archive_invalid',
    archive: (ours) => Buffer.concat([zipped(release(ours)), Buffer.from('x')]),
  },
  {
    name: 'two packages in one file',
    code: 'archive_invalid',
    archive: (ours, theirs) => Buffer.concat([zipped(release(ours)), zipped(release(theirs))]),
  },
  {
    name: 'duplicate JSON keys',
    code: null,
    // Whoever signed it meant it; all of our programs read it the same way, and run the last one.
    archive: (ours) => zipped(release(ours, (said) => JSON.stringify(said).replace('{', '{"version":"1",'))),
  },
  {
    name: 'huge numbers',
    code: 'metadata_invalid',
    archive: (ours) => zipped(release(ours, (said) => JSON.stringify(said).replaceAll(/"size":\d+/g, '"size":1e308'))),
  },
  {
    name: 'numbers past what is exact',
    code: 'metadata_invalid',
    archive: (ours) =>
      zipped(release(ours, (said) => JSON.stringify(said).replaceAll(/"size":\d+/g, '"size":9007199254740993'))),
  },
  { name: 'no package at all', code: 'archive_invalid', archive: () => Buffer.from('<html>Welcome!</html>') },
]
