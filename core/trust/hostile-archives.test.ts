import { writeFile } from 'node:fs/promises'
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLimits, type PackageArchive } from './archive.ts'
import { paxRecord, seal, type TarPart, tarHeader, tarOf, type ZipPart, zipOf } from './archive-maker.ts'
import { sha256Of, TrustError, type TrustErrorCode } from './index.ts'
import { opened, testFile } from './test-files.ts'

const object = '1234567890'
const name = sha256Of(object)
const front = [
  { name: 'signature', data: '' },
  { name: 'metadata', data: '{}' },
]
const zip = (...parts: ZipPart[]) => zipOf([...front, ...parts])
const tar = (...parts: TarPart[]) => tarOf([...front, ...parts])
const mode = (bits: number) => (header: Buffer) => header.writeUInt32LE(bits * 0x10000, 38)

/** Name; the file; the code; a part of the message. */
type Case = [string, () => Buffer, TrustErrorCode, string]

async function refuse([, make, code, message]: Case): Promise<void> {
  const path = await testFile(make())
  await expect(opened(path)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
}

const forbiddenNames: [string, string][] = [
  ['../x', '".." part'],
  ['a/../metadata', '".." part'],
  ['/metadata', 'absolute'],
  ['C:\\windows', 'backslash'],
  ['c:metadata', 'absolute'],
  ['a\\b', 'backslash'],
  ['./metadata', '"." or ".." part'],
  ['a//b', 'empty'],
  ['metadata\0', 'control characters'],
  ['meta\ndata', 'control characters'],
  ['', 'empty'],
]
const twins: [string, string][] = [
  ['metadata', 'metadata'],
  ['metadata', 'METADATA'],
  ['metadata', 'ｍｅｔａｄａｔａ'],
  [name, name.toUpperCase()],
  ['é', 'e\u0301'],
]

const named: Case[] = [
  ...forbiddenNames.map(
    ([bad, why]): Case => [`zip: name ${JSON.stringify(bad)}`, () => zip({ name: bad }), 'name_forbidden', why],
  ),
  ...forbiddenNames
    .filter(([bad]) => !bad.includes('\0')) // in a tar header NUL ends the name
    .map(([bad, why]): Case => [`tar: name ${JSON.stringify(bad)}`, () => tar({ name: bad }), 'name_forbidden', why]),
  ...twins.map(
    ([one, two]): Case => [
      `zip: twins ${one.slice(0, 8)} and ${two.slice(0, 8)}`,
      () => zipOf([...front.filter((p) => p.name !== one), { name: one, data: '{}' }, { name: two }]),
      'name_forbidden',
      'expected each name once',
    ],
  ),
  ['tar: twins', () => tar({ name: 'Metadata' }), 'name_forbidden', 'expected each name once'],
  ['zip: a name that is not UTF-8', () => zip({ name: Buffer.from([0x6d, 0xff]) }), 'archive_invalid', 'in UTF-8'],
  [
    'tar: pax path that climbs',
    () => tar({ name: 'p', type: 'x', data: paxRecord('path', '../x') }, { name: 'y' }),
    'name_forbidden',
    '".." part',
  ],
  [
    'tar: pax path with NUL',
    () => tar({ name: 'p', type: 'x', data: paxRecord('path', 'x\0') }, { name: 'y' }),
    'name_forbidden',
    'control',
  ],
  [
    'tar: GNU long name that is absolute',
    () => tar({ name: '././@LongLink', type: 'L', data: '/x\0' }, { name: 'y' }),
    'name_forbidden',
    'absolute',
  ],
]

const kinds: Case[] = [
  ['zip: folder', () => zip({ name: 'folder/' }), 'archive_invalid', 'got a folder'],
  [
    'zip: folder by its mode',
    () => zip({ name: 'folder', central: mode(0o040755) }),
    'archive_invalid',
    'got a folder',
  ],
  [
    'zip: symbolic link',
    () => zip({ name: 'x', data: '/etc/passwd', central: mode(0o120777) }),
    'archive_invalid',
    'link or device',
  ],
  ['zip: device', () => zip({ name: 'x', central: mode(0o060600) }), 'archive_invalid', 'link or device'],
  ['zip: encrypted', () => zip({ name: 'x', header: { flags: 1 } }), 'archive_invalid', 'encrypted'],
  ['zip: strongly encrypted', () => zip({ name: 'x', header: { flags: 0x41 } }), 'archive_invalid', 'encrypted'],
  ['zip: hidden headers', () => zip({ name: 'x', header: { flags: 0x2000 } }), 'archive_invalid', 'encrypted'],
  ['zip: unknown method', () => zip({ name: 'x', header: { method: 12 } }), 'archive_invalid', 'got 12'],
  ...Object.entries({
    '1': 'hard link',
    '2': 'symbolic link',
    '3': 'character device',
    '4': 'block device',
    '5': 'folder',
    '6': 'pipe',
    g: 'global pax',
    S: 'sparse',
    V: 'type "V"',
    M: 'type "M"',
  }).map(([type, what]): Case => [`tar: ${what}`, () => tar({ name: 'x', type }), 'archive_invalid', what]),
  [
    'tar: sparse by pax',
    () => tar({ name: 'p', type: 'x', data: paxRecord('GNU.sparse.major', '1') }, { name: 'y' }),
    'archive_invalid',
    'sparse',
  ],
]

const missing: Case[] = [
  ['zip: no metadata', () => zipOf([{ name: 'signature' }]), 'archive_entry_missing', 'metadata'],
  ['zip: no signature', () => zipOf([{ name: 'metadata', data: '{}' }]), 'archive_entry_missing', 'signature'],
  ['tar: no metadata', () => tarOf([{ name: 'signature' }]), 'archive_entry_missing', 'metadata'],
  ['tar: no signature', () => tarOf([{ name: 'metadata' }]), 'archive_entry_missing', 'signature'],
  ['tar.gz: no signature', () => gzipSync(tarOf([{ name: 'metadata' }])), 'archive_entry_missing', 'signature'],
  ['tar: nothing at all', () => tarOf([{ name: 'x' }]), 'archive_entry_missing', 'metadata'],
]

const big = 'x'.repeat(defaultLimits.metadataBytes + 1)
const many = Array.from({ length: 1023 }, (_, i) => ({ name: `file${i}` }))
const oversized: Case[] = [
  [
    'zip: metadata past 1 MiB',
    () => zipOf([{ name: 'signature' }, { name: 'metadata', data: big }]),
    'archive_too_large',
    'metadata',
  ],
  [
    'zip: signature past 64 KiB',
    () => zipOf([{ name: 'signature', data: big.slice(0, 65537) }, { name: 'metadata' }]),
    'archive_too_large',
    'signature',
  ],
  [
    'tar: metadata past 1 MiB',
    () => tarOf([{ name: 'signature' }, { name: 'metadata', data: big }]),
    'archive_too_large',
    'metadata',
  ],
  ['zip: 1025 entries', () => zip(...many), 'archive_too_large', 'at most 1024 entries, got 1025'],
  ['tar: 1025 entries', () => tar(...many), 'archive_too_large', 'at most 1024 entries, got 1025'],
  ['zip: 65535 entries announced', () => zipOf(front, { count: 65535 }), 'archive_too_large', 'entries'],
  [
    'zip: comments that swell the directory',
    () => zip(...many.slice(0, 20).map((part) => ({ ...part, name: `${part.name}${'x'.repeat(60_000)}` }))),
    'archive_too_large',
    'central directory',
  ],
]

const deflated = (data: string, header: ZipPart['header'] = {}, extra = ''): ZipPart => {
  const packed = Buffer.concat([deflateRawSync(data), Buffer.from(extra)])
  return { name: 'metadata', data: packed, header: { method: 8, packed: packed.length, size: data.length, ...header } }
}
const withMetadata = (part: ZipPart) => zipOf([{ name: 'signature' }, part])
const whole = zip({ name, data: object })
const patched = (bytes: Buffer, change: (b: Buffer) => void) => {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

const contradictions: Case[] = [
  [
    'zip: local name differs',
    () => zip({ name: 'x', local: (b) => b.write('y', 30) }),
    'archive_invalid',
    'disagrees in name',
  ],
  [
    'zip: local method differs',
    () => zip({ name: 'x', local: (b) => b.writeUInt16LE(8, 8) }),
    'archive_invalid',
    'disagrees in name, method',
  ],
  [
    'zip: local encryption flag differs',
    () => zip({ name: 'x', local: (b) => b.writeUInt16LE(1, 6) }),
    'archive_invalid',
    'flags',
  ],
  [
    'zip: local size differs',
    () => zip({ name: 'x', local: (b) => b.writeUInt32LE(9, 22) }),
    'archive_invalid',
    'disagrees in size',
  ],
  [
    'zip: local checksum differs',
    () => zip({ name: 'x', local: (b) => b.writeUInt32LE(9, 14) }),
    'archive_invalid',
    'disagrees in size',
  ],
  [
    'zip: stored with two sizes',
    () => zip({ name: 'x', data: 'ab', header: { size: 3 } }),
    'archive_invalid',
    'bytes stored, got 2',
  ],
  [
    'zip: local header is not there',
    () => zip({ name: 'x', local: (b) => b.writeUInt32LE(0, 0) }),
    'archive_invalid',
    'a local header',
  ],
  [
    'zip: two entries in the same place',
    () => zip({ name: 'x', central: (b) => b.writeUInt32LE(0, 42) }),
    'archive_invalid',
    'expected it at',
  ],
  [
    'zip: an entry inside another',
    () => zip({ name: 'x', data: zipOf([{ name: 'y' }]), central: (b) => b.writeUInt32LE(100, 42) }),
    'archive_invalid',
    'expected it at',
  ],
  [
    'zip: data over the central directory',
    () => zip({ name: 'x', header: { packed: 60, size: 60 } }),
    'archive_invalid',
    'before the central directory',
  ],
  [
    'zip: bytes between entries',
    () => zip({ name: 'x', after: Buffer.from('hidden') }, { name: 'y' }),
    'archive_invalid',
    'expected it at',
  ],
  [
    'zip: bytes before the directory',
    () => zip({ name: 'x', after: Buffer.from('hidden') }),
    'archive_invalid',
    'expected the central directory',
  ],
  ['zip: another disk', () => zip({ name: 'x', central: (b) => b.writeUInt16LE(1, 34) }), 'archive_invalid', 'disk 1'],
  [
    'zip: multi-disk end',
    () => patched(whole, (b) => b.writeUInt16LE(1, b.length - 18)),
    'archive_invalid',
    'multi-disk',
  ],
  [
    'zip: counts differ',
    () => patched(whole, (b) => b.writeUInt16LE(1, b.length - 14)),
    'archive_invalid',
    'multi-disk',
  ],
  ['zip: fewer entries announced', () => zipOf(front, { count: 1 }), 'archive_invalid', 'got more'],
  ['zip: more entries announced', () => zipOf(front, { count: 3 }), 'archive_invalid', 'ends inside an entry'],
  ['zip: directory elsewhere', () => zipOf(front, { at: 0 }), 'archive_invalid', 'directory to end at'],
  ['zip: directory of another length', () => zipOf(front, { size: 1 }), 'archive_invalid', 'directory to end at'],
  [
    'zip: size without room and without zip64',
    () => zip({ name: 'x', central: (b) => b.writeUInt32LE(0xffffffff, 20) }),
    'archive_invalid',
    'bytes stored',
  ],
  [
    'zip: descriptor that says something else',
    () => zip({ name: 'x', header: { flags: 8 }, after: Buffer.alloc(16, 7) }),
    'archive_invalid',
    'behind the data',
  ],
  [
    'zip: checksum of metadata wrong',
    () => withMetadata({ name: 'metadata', data: '{}', header: { crc: 1 } }),
    'archive_invalid',
    'checksum is wrong',
  ],
  ['zip: an empty one', () => zipOf([]), 'archive_invalid', 'begins with bytes 504b0506'],
  ['tar: checksum wrong', () => patched(tar(), (b) => b.writeUInt8(0x78, 0)), 'archive_invalid', 'checksum'],
  [
    'tar: size not octal',
    () => patched(tar(), (b) => (b.write('9', 124), seal(b.subarray(0, 512)))),
    'archive_invalid',
    'size in octal',
  ],
  [
    'tar: negative size',
    () => patched(tar(), (b) => (b.fill(0xff, 124, 136), seal(b.subarray(0, 512)))),
    'archive_invalid',
    'size in octal',
  ],
  [
    'tar: size past 2^53',
    () => patched(tar(), (b) => (b.fill(0xff, 124, 136), b.writeUInt8(0x80, 124), seal(b.subarray(0, 512)))),
    'archive_invalid',
    'below 2^53',
  ],
  [
    'tar: pax size that is no number',
    () => tar({ name: 'p', type: 'x', data: paxRecord('size', '-1') }, { name: 'y' }),
    'archive_invalid',
    'size in bytes',
  ],
  [
    'tar: pax record without length',
    () => tar({ name: 'p', type: 'x', data: 'size=1\n' }, { name: 'y' }),
    'archive_invalid',
    'pax records',
  ],
  [
    'tar: pax record longer than the header',
    () => tar({ name: 'p', type: 'x', data: '99 path=x\n' }, { name: 'y' }),
    'archive_invalid',
    'pax records',
  ],
  [
    'tar: a huge description',
    () => tar({ name: 'p', type: 'x', data: Buffer.alloc(65537, 'x') }, { name: 'y' }),
    'archive_invalid',
    '64 KiB',
  ],
  [
    'tar: descriptions without end',
    () => tar(...Array.from({ length: 5 }, () => ({ name: 'p', type: 'x', data: paxRecord('path', 'x') }))),
    'archive_invalid',
    'at most three descriptions',
  ],
  [
    'tar: description of nothing',
    () => tar({ name: 'p', type: 'x', data: paxRecord('path', 'x') }),
    'archive_invalid',
    'after its description',
  ],
  ['tar: not a tar after the first entry', () => tarOf(front, Buffer.alloc(1024, 'x')), 'archive_invalid', 'ustar'],
]

const bombs: Case[] = [
  [
    'zip: inflates past its declared size',
    () => withMetadata(deflated('x'.repeat(100_000_0), { size: 10 })),
    'archive_invalid',
    'expected 10 bytes once unpacked, got more',
  ],
  ['zip: inflates to less', () => withMetadata(deflated('x', { size: 10 })), 'archive_invalid', 'once unpacked, got 1'],
  [
    'zip: garbage behind the deflate stream',
    () => withMetadata(deflated('{}', {}, 'garbage')),
    'archive_invalid',
    'deflate',
  ],
  [
    'zip: a broken deflate stream',
    () => withMetadata({ name: 'metadata', data: 'xxxx', header: { method: 8 } }),
    'archive_invalid',
    'deflate',
  ],
  ['tar.gz: cut off', () => gzipSync(tar()).subarray(0, -6), 'archive_invalid', 'gzip'],
  [
    'tar.gz: damaged',
    () => patched(gzipSync(tar()), (b) => b.writeUInt8(b.readUInt8(b.length - 5) ^ 1, b.length - 5)),
    'archive_invalid',
    'gzip',
  ],
  [
    'tar.gz: followed by something',
    () => Buffer.concat([gzipSync(tar()), Buffer.from('garbage')]),
    'archive_invalid',
    'gzip',
  ],
  ['tar.gz: not a tar inside', () => gzipSync(Buffer.alloc(2048, 'x')), 'archive_invalid', 'ustar'],
  ['tar.zst: cut off', () => zstdCompressSync(tar()).subarray(0, -3), 'archive_invalid', 'zstd'],
  [
    'tar.zst: followed by something',
    () => Buffer.concat([zstdCompressSync(tar()), Buffer.from('garbage')]),
    'archive_invalid',
    'zstd',
  ],
]

const ends: Case[] = [
  [
    'zip: a comment',
    () => patched(Buffer.concat([whole, Buffer.from('hi')]), (b) => b.writeUInt16LE(2, b.length - 4)),
    'archive_invalid',
    'end record',
  ],
  ['zip: trailing garbage', () => Buffer.concat([whole, Buffer.from('x')]), 'archive_invalid', 'end record'],
  ['zip: a second archive behind', () => Buffer.concat([whole, whole]), 'archive_invalid', 'directory to end at'],
  [
    'zip: a script in front',
    () => Buffer.concat([Buffer.from('#!/bin/sh\n'), whole]),
    'archive_invalid',
    'begins with bytes 23212f62',
  ],
  ['tar: trailing garbage', () => Buffer.concat([tar(), Buffer.from('x')]), 'archive_invalid', 'nothing after the end'],
  ['tar: a second archive behind', () => Buffer.concat([tar(), tar()]), 'archive_invalid', 'nothing after the end'],
  ['tar: one block of zeros only', () => tarOf(front, Buffer.alloc(512)), 'archive_invalid', 'the file ends'],
  ['tar: no end', () => tarOf(front, Buffer.alloc(0)), 'archive_invalid', 'the file ends'],
  [
    'tar: content longer than the file',
    () => Buffer.concat([tarOf(front, Buffer.alloc(0)), tarHeader('x', 1e9, '0')]),
    'archive_invalid',
    'the file ends',
  ],
  [
    'tar: megabytes of zeros',
    () => tarOf(front, Buffer.alloc(1024 + 1024 * 1024 + 512)),
    'archive_invalid',
    'nothing after the end',
  ],
]

const strangers: Case[] = [
  ['nothing', () => Buffer.alloc(0), 'archive_invalid', 'got an empty file'],
  ['one byte', () => Buffer.from('P'), 'archive_invalid', 'begins with bytes 50'],
  ['cpio', () => Buffer.from(`070701${'0'.repeat(600)}`), 'archive_invalid', 'begins with bytes 3037303730313030'],
  [
    'xz',
    () => Buffer.from('fd377a585a000004', 'hex'),
    'archive_invalid',
    'expected a zip, tar, tar.gz or tar.zst file',
  ],
  ['zeros', () => Buffer.alloc(4096), 'archive_invalid', 'begins with bytes 00000000'],
]

describe.each([
  ['a name that could lead astray', named],
  ['something that is not a plain file', kinds],
  ['a missing entry', missing],
  ['too much', oversized],
  ['a contradiction', contradictions],
  ['a stream that is not what it says', bombs],
  ['an end that is not the end', ends],
  ['another kind of file', strangers],
])('an archive is refused for %s:', (_, cases) => {
  it.each(cases)('%s', async (...row) => await refuse(row))
})

describe('an archive cut at any byte is refused:', () => {
  it.each([
    ['zip', whole],
    ['tar', tar({ name, data: object })],
    ['tar.gz', gzipSync(tar({ name, data: object }))],
    ['tar.zst', zstdCompressSync(tar({ name, data: object }))],
  ])('%s', async (_, bytes) => {
    for (let length = 0; length < bytes.length; length += bytes.length > 1000 ? 97 : 1) {
      await expect(opened(await testFile(bytes.subarray(0, length)))).rejects.toMatchObject({ name: 'TrustError' })
    }
  })
})

describe('an archive with any few bytes changed', () => {
  const contents = { name, data: object }
  it.each([
    ['zip', whole],
    [
      'zip, deflated',
      zipOf([{ name: 'signature' }, deflated('{"a": "long enough to deflate, long enough"}'), contents]),
    ],
    ['tar', tar(contents)],
    ['tar with pax', tar({ name: 'p', type: 'x', data: paxRecord('path', name) }, { name: 'x', data: object })],
    ['tar.gz', gzipSync(tar(contents))],
    ['tar.zst', zstdCompressSync(tar(contents))],
  ])('opens, or is refused by name, as %s', async (_, bytes) => {
    const changes = fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    const path = await testFile(bytes)
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        await writeFile(
          path,
          patched(bytes, (b) => places.forEach(([at, value]) => b.writeUInt8(value, at))),
        )
        const archive = await opened(path).catch((error: unknown) => error)
        if (archive instanceof Error) expect(archive).toBeInstanceOf(TrustError)
        else await (archive as PackageArchive).close()
      }),
      { numRuns: 150 },
    )
  })
})

describe('limits', () => {
  it('bound what a compressed tar unpacks to', async () => {
    const bomb = gzipSync(tar({ name, data: Buffer.alloc(1_000_000) }))
    const act = opened(await testFile(bomb), { ...defaultLimits, unpackedBytes: 500_000 })
    await expect(act).rejects.toMatchObject({
      code: 'archive_too_large',
      message: /unpacked archive: expected at most 500000/,
    })
  })
})
