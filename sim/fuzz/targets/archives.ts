import { readFileSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { guardArchive, UpdateError } from '@windlass/firmware/parsers'
import { isSha256 } from '@windlass/model'
import { sha256Of, TrustError, verify } from '@windlass/trust'
import { type ArchiveFiles, defaultLimits, openArchive } from '@windlass/trust/archive'
import { paxRecord, seal, tarOf, zipOf } from '@windlass/trust/fakes'
import type { Dice } from '../../faults/world/dice.ts'
import type { Target } from '../target.ts'

const object = '1234567890'
const parts = [
  { name: 'signature', data: '' },
  { name: 'metadata', data: '{"version":"1"}' },
  { name: sha256Of(object), data: object },
]
const limits = { ...defaultLimits, unpackedBytes: 4 * 1024 * 1024 }
const names = [
  'signature',
  'metadata',
  sha256Of(object),
  '../x',
  '/x',
  'a/b',
  'a\\b',
  'METADATA',
  'e\u0301',
  '\u00e9',
  '',
  '.',
]

/** A package, read as a device reads one: to the end of every object. */
const packageArchive: Target = {
  name: 'package-archive',
  seeds: [zipOf(parts), tarOf(parts), gzipSync(tarOf(parts)), zstdCompressSync(tarOf(parts))],
  tokens: [
    'PK\x03\x04',
    'PK\x01\x02',
    'PK\x05\x06',
    'PK\x06\x06',
    'PK\x06\x07',
    'ustar',
    'metadata',
    'signature',
    '../',
  ],
  make: anyArchive,
  mend: sealed,
  async read(input) {
    const archive = await openArchive('package', memoryFile(input), limits)
    const objects = archive.names.filter(isSha256)
    for (const sha256sum of objects) {
      const size = archive.locate(sha256sum)?.size ?? object.length
      await archive.extract([{ sha256sum, size }], async (_name, chunks) => void (await Array.fromAsync(chunks)))
    }
    await archive.close()
  },
  refuses: (error) => error instanceof TrustError,
}

/** A layer or root filesystem, judged before anything of it is unpacked. */
const tarLayer: Target = {
  name: 'tar-layer',
  seeds: [
    tarOf(parts),
    tarOf([
      { name: 'folder/', type: '5' },
      { name: 'folder/file', data: 'x' },
    ]),
    tarOf([
      { name: 'p', type: 'x', data: paxRecord('path', 'a/long/name') },
      { name: 'x', data: 'y' },
    ]),
    tarOf([
      { name: 'g', type: 'g', data: paxRecord('comment', 'none') },
      { name: 'x', type: '2' },
    ]),
  ],
  tokens: ['ustar', '../', '/etc/passwd', 'path=', 'linkpath=', 'size=', 'GNU.sparse.map='],
  mend: sealed,
  read: (input) => guardArchive(once(input), 4 * 1024 * 1024),
  refuses: (error) => error instanceof UpdateError,
}

const goldenKey = readFileSync(new URL('../../../core/trust/fixtures/golden.key.pub', import.meta.url), 'utf8')
const publicKey: Target = {
  name: 'public-key',
  seeds: [goldenKey],
  tokens: ['-----BEGIN PUBLIC KEY-----', '-----END PUBLIC KEY-----', '-----BEGIN RSA PUBLIC KEY-----', '\r\n'],
  read: (input) => verify(Buffer.from(input).toString('latin1'), input, Buffer.alloc(256)),
  refuses: (error) => error instanceof TrustError,
}

export const archives: readonly Target[] = [packageArchive, tarLayer, publicKey]

function anyArchive(dice: Dice): Uint8Array {
  const count = dice.whole(0, 5)
  const some = Array.from({ length: count }, () => ({
    name: names[dice.whole(0, names.length - 1)] ?? '',
    data: 'x'.repeat(dice.one([0, 1, 10, 511, 512, 513])),
  }))
  const all = dice.happens(0.5) ? [...parts, ...some] : some
  if (dice.happens(0.5)) {
    const tar = tarOf(
      all.map((part) =>
        dice.happens(0.2) ? { ...part, type: dice.one(['1', '2', '3', '5', 'x', 'L', 'g', 'S']) } : part,
      ),
    )
    return dice.one([tar, gzipSync(tar), zstdCompressSync(tar)])
  }
  const odd = () => dice.one([0, 1, 8, 0xffff, 0xffffffff])
  const wrong = () => (dice.happens(0.15) ? { header: { [dice.one(['crc', 'packed', 'size'])]: odd() } } : {})
  return zipOf(
    all.map((part) => ({ ...part, ...wrong() })),
    dice.happens(0.1) ? { count: odd() & 0xffff } : {},
  )
}

/** Every block that says it is a tar header has the right checksum. */
function sealed(input: Uint8Array): Uint8Array {
  const copy = Buffer.from(input)
  for (let at = 0; at + 512 <= copy.length; at += 512) {
    const block = copy.subarray(at, at + 512)
    if (block.toString('latin1', 257, 262) === 'ustar') seal(block)
  }
  return copy
}

function memoryFile(bytes: Uint8Array): ArchiveFiles {
  return {
    facts: async () => ({ kind: 'file' }),
    open: async () => ({
      async read(into, at) {
        const piece = bytes.subarray(at, at + into.length)
        into.set(piece)
        return piece.length
      },
      size: async () => bytes.length,
      close: async () => undefined,
    }),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
