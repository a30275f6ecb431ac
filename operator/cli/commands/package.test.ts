import { createHash, verify as verifySignature } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { nodeFiles, systemClock } from '@windlass/platform'
import { openArchive } from '@windlass/trust/archive'
import { checkMetadata } from '@windlass/wire/updatehub'
import { beforeAll, describe, expect, it } from 'vitest'
import { say } from '../test-ports.ts'

const product = '229ffd7e08721d716163fc81a2dbaf6c90d449f0a3b009b6a2defe8a0b0d7381'
const golden = new URL('../../../core/trust/fixtures/golden.metadata.json', import.meta.url)
const goldenUid = '4f9afe46bab04d535c83d33309609a1adcbc9a2d2a6753e57daf58144b1c9f71'

let keys = ''
beforeAll(async () => {
  keys = await mkdtemp(join(tmpdir(), 'keys-'))
  await say(['keys', 'new', '--bits', '2048'], { cwd: keys })
})

/** A folder with these files; the description is release.yaml. */
async function release(objects: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'release-'))
  await writeFile(join(cwd, 'release.yaml'), `product: ${product}\nversion: "2.0"\nobjects:\n${objects}`)
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content)
  return cwd
}

async function packed(cwd: string, ...options: string[]) {
  const said = await say(['pack', 'release.yaml', '-o', 'out.uhupkg', ...options], { cwd })
  expect(said).toMatchObject({ code: 0 })
  const archive = await openArchive(join(cwd, 'out.uhupkg'), nodeFiles)
  await archive.close()
  const metadata = JSON.parse(Buffer.from(archive.metadata).toString())
  return { ...said, archive, metadata, path: join(cwd, 'out.uhupkg') }
}

describe('windlass pack', () => {
  it('P1: the inputs of the golden vector give its bytes and its uid', async () => {
    const cwd = await release('  - { mode: test, file: hello.bin, target: /dev/null }', { 'hello.bin': '1234567890' })
    const { archive } = await packed(cwd)
    expect(Buffer.from(archive.metadata).toString()).toBe(await readFile(golden, 'utf8'))
    expect(archive.packageUid).toBe(goldenUid)
  })

  it('P2: the signature is RSA PKCS#1 v1.5 with SHA-256 over the metadata entry, base64 on one line', async () => {
    const cwd = await release('  - { mode: test, file: hello.bin, target: /dev/null }', { 'hello.bin': '1234567890' })
    const { archive, err } = await packed(cwd, '--key', join(keys, 'private.pem'))
    expect(err).toBe('')
    expect(archive.signature).toMatch(/^[A-Za-z0-9+/]{342}==$/)
    const publicKey = await readFile(join(keys, 'public.pem'))
    expect(verifySignature('sha256', archive.metadata, publicKey, Buffer.from(archive.signature, 'base64'))).toBe(true)
  })

  it('P3: two equal files are one entry of the archive, with a word of caution', async () => {
    const objects = '  - { mode: test, file: b, target: x }\n  - { mode: test, file: a, target: x }'
    const { archive, metadata, err } = await packed(await release(objects, { a: 'same', b: 'same' }))
    const digest = createHash('sha256').update('same').digest('hex')
    expect(archive.names).toEqual(['signature', 'metadata', digest])
    expect(metadata.objects[0].map((o: { filename: string }) => o.filename)).toEqual(['a', 'b'])
    expect(err).toMatch(/caution: b: the same content under two names/)
  })

  it('P4: what it writes keeps every rule of the schema, for every mode that is in it', async () => {
    const objects = [
      '{ mode: copy, file: f1, target: /d, target-path: /p, filesystem: ext4, target-mode: 0644, target-uid: 0, target-gid: root }',
      '{ mode: flash, file: f2, target: /dev/mtd3, install-if-different: sha256sum }',
      '{ mode: imxkobs, file: f3, 1k_padding: true, search_exponent: 2, chip_0_device_path: /dev/mtd0 }',
      '{ mode: raw, file: f4, target: /d, install-if-different: { version: 1, pattern: u-boot } }',
      '{ mode: raw-delta, file: f5, target: /d }',
      '{ mode: tarball, file: f6, target: /d, target-path: /, filesystem: xfs, format?: true, format-options: -q }',
      '{ mode: ubifs, file: f7, target: rootfs }',
      '{ mode: uboot-env, file: f8 }',
      '{ mode: mender, file: f9 }',
      '{ mode: zephyr, file: f0 }',
    ]
    const files = Object.fromEntries(objects.map((_, i) => [`f${i}`, `content ${i}`]))
    const { archive } = await packed(await release(objects.map((o) => `  - ${o}`).join('\n'), files))
    expect(checkMetadata(archive.metadata)).toEqual([])
  })

  it('P5: a gzip file of mode raw is declared compressed, with its uncompressed size', async () => {
    const cwd = await release('  - { mode: raw, file: x.gz, target: /d }', { 'x.gz': gzipSync(Buffer.alloc(70_000)) })
    const { metadata } = await packed(cwd)
    expect(metadata.objects[0][0]).toMatchObject({
      compressed: true,
      'required-uncompressed-size': 70_000,
      truncate: false,
    })
  })

  it('P6: a gzip file of mode tarball is not declared compressed', async () => {
    const object = '  - { mode: tarball, file: x.gz, target: /d, target-path: /, filesystem: ext4 }'
    const { metadata } = await packed(await release(object, { 'x.gz': gzipSync('x') }))
    expect(metadata.objects[0][0]).not.toHaveProperty('compressed')
    expect(metadata.objects[0][0]).not.toHaveProperty('required-uncompressed-size')
  })

  it('leaves a compressed file as it is where the description says compressed: false', async () => {
    const cwd = await release('  - { mode: raw, file: x.gz, target: /d, compressed: false }', { 'x.gz': gzipSync('x') })
    expect((await packed(cwd)).metadata.objects[0][0]).not.toHaveProperty('compressed')
  })

  it('takes one object from options alone', async () => {
    const cwd = await release('', { image: 'bytes' })
    const options = ['--mode', 'raw', '--file', 'image', '--target-a', '/dev/a', '--target-b', '/dev/b', '--seek', '4']
    const said = await say(['pack', '--product', product, '--version', '3', '--hardware', 'x', '--json', ...options], {
      cwd,
    })
    expect(said.code).toBe(0)
    expect(said.document()).toMatchObject({
      file: join(cwd, `${product}-3.uhupkg`),
      signed: false,
      metadata: {
        'supported-hardware': ['x'],
        objects: [[{ target: '/dev/a', seek: 4 }], [{ target: '/dev/b', seek: 4 }]],
      },
    })
  })

  it('lets --version replace the one of the description', async () => {
    const cwd = await release('  - { mode: test, file: a, target: x }', { a: 'a' })
    expect((await packed(cwd, '--version', '7')).metadata.version).toBe('7')
  })

  it('writes nothing when the metadata would break the schema', async () => {
    const object = '  - { mode: copy, file: a, target: /d, target-path: /p, filesystem: ntfs }'
    const cwd = await release(object, { a: 'a' })
    const { code, err } = await say(['pack', 'release.yaml', '-o', 'out.uhupkg'], { cwd })
    expect(code).toBe(65)
    expect(err).toMatch(/filesystem/)
    expect((await readdir(cwd)).toSorted()).toEqual(['a', 'release.yaml'])
  })

  it('does not write over a package unless forced to', async () => {
    const cwd = await release('  - { mode: test, file: a, target: x }', { a: 'a', 'out.uhupkg': 'mine' })
    expect((await say(['pack', 'release.yaml', '-o', 'out.uhupkg'], { cwd })).code).toBe(73)
    expect(await readFile(join(cwd, 'out.uhupkg'), 'utf8')).toBe('mine')
    await packed(cwd, '--force')
  })

  it.each([
    [['pack', 'release.yaml', '--mode', 'raw'], 64, /expected a description or --mode, got both/],
    [['pack', '--mode', 'raw', '--file', 'x'], 64, /expected --product, --version, --target too, got none/],
    [['pack', '--mode', 'raw', '--target', 'x', '--target-a', 'y'], 64, /expected --target or --target-a and -b/],
    [['pack', 'none.yaml'], 66, /none\.yaml/],
    [['pack', 'release.yaml', '-o', 'none/p'], 73, /none\/p: expected to write it, got no such file or folder/],
    [['pack', 'broken.yaml'], 65, /broken\.yaml: expected YAML or JSON, got/],
    [['pack', 'release.yaml', '--key', 'a'], 65, /a private key: expected RSA of at least 2048 bits/],
  ])('%j ends with %i', async (argv, code, message) => {
    const files = { a: 'a', 'broken.yaml': 'a: [1\nb' }
    const cwd = await release('  - { mode: test, file: a, target: x }', files)
    const said = await say(argv, { cwd })
    expect(said.err).toMatch(message)
    expect(said.err.trim().split('\n')).toHaveLength(1)
    expect(said.code).toBe(code)
  })

  it('interrupted while it writes, ends with 130 and leaves nothing', async () => {
    const cwd = await release('  - { mode: test, file: a, target: x }', { a: Buffer.alloc(4_000_000) })
    const stop = new AbortController()
    const stderr = { isTTY: true, write: (text: string) => (/ 6\d % /.test(text) ? stop.abort() : undefined) }
    const clock = { ...systemClock, uptime: ticking() }
    const said = await say(['pack', 'release.yaml'], { cwd, stderr, clock, signal: stop.signal })
    expect(said.code).toBe(130)
    expect((await readdir(cwd)).toSorted()).toEqual(['a', 'release.yaml'])
  })

  it('draws a bar on a terminal, and takes it away', async () => {
    const cwd = await release('  - { mode: test, file: a, target: x }', { a: 'a'.repeat(3_000_000) })
    const { err } = await say(['pack', 'release.yaml'], { cwd, isTTY: true })
    expect(err).toMatch(/packing {2}\[#{10}\] 100 % {2}2\.9 of 2\.9 MiB/)
    expect(err).toContain('\r\x1b[Kwindlass: THE PACKAGE')
  })
})

describe('windlass keys', () => {
  it('new makes a private key that only its owner can read, and never overwrites one', async () => {
    expect((await stat(join(keys, 'private.pem'))).mode & 0o777).toBe(0o600)
    const before = await readFile(join(keys, 'private.pem'))
    expect((await say(['keys', 'new', '--bits', '2048'], { cwd: keys })).code).toBe(73)
    expect(await readFile(join(keys, 'private.pem'))).toEqual(before)
  })

  it('show gives both halves the same fingerprint, and never prints the private one', async () => {
    const [own, open] = await Promise.all(
      ['private.pem', 'public.pem'].map((file) => say(['keys', 'show', file, '--json'], { cwd: keys })),
    )
    expect(own?.document()).toMatchObject({ half: 'private', bits: 2048 })
    expect({ ...(own?.document() as object), half: 0, file: 0 }).toEqual({
      ...(open?.document() as object),
      half: 0,
      file: 0,
    })
    expect(own?.out).not.toMatch(/PRIVATE/)
  })

  it('new leaves no private key behind when the public one cannot be written', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'half-'))
    await mkdir(join(cwd, 'public.pem'))
    expect((await say(['keys', 'new', '--bits', '2048'], { cwd })).code).toBe(73)
    expect(await readdir(cwd)).toEqual(['public.pem'])
  })
})

describe('windlass inspect', () => {
  it('shows product, version, hardware, signature, uid and every object with its fields', async () => {
    const cwd = await release('  - { mode: raw, file: image, target: { a: /dev/a, b: /dev/b } }', { image: 'bytes' })
    await packed(cwd, '--key', join(keys, 'private.pem'))
    const { out, code } = await say(['inspect', 'out.uhupkg'], { cwd })
    expect(code).toBe(0)
    for (const text of [
      product,
      '2.0',
      'any',
      '2048 bits',
      'image  (raw, 5 B)',
      'a: /dev/a   b: /dev/b',
      'every rule',
    ]) {
      expect(out).toContain(text)
    }
  })

  it('--metadata lists every problem with its place and ends with 65', async () => {
    const cwd = await release('', { 'm.json': '{"product": "x", "version": "", "objects": [[{"mode": "raw"}]]}' })
    const said = await say(['inspect', '--metadata', 'm.json'], { cwd })
    expect(said.code).toBe(65)
    expect(said.out).toMatch(/product.*\n.*version/s)
  })

  it('--metadata is strict: the mode test is not in the schema, unless allowed', async () => {
    const path = golden.pathname
    expect((await say(['inspect', '--metadata', path])).code).toBe(65)
    const said = await say(['inspect', '--metadata', path, '--allow-test', '--json'])
    expect(said.document()).toMatchObject({ packageUid: goldenUid, valid: true, problems: [] })
  })

  it('of what is no package says so, with 65', async () => {
    const cwd = await release('', { x: 'no archive' })
    expect((await say(['inspect', 'x'], { cwd })).code).toBe(65)
  })
})

describe('windlass verify', () => {
  const object = '  - { mode: raw, file: image, target: /d }'

  it('says what holds, and ends with 0', async () => {
    const cwd = await release(object, { image: 'bytes' })
    await packed(cwd, '--key', join(keys, 'private.pem'))
    const { code, out } = await say(['verify', 'out.uhupkg', '--key', join(keys, 'public.pem')], { cwd })
    expect(code).toBe(0)
    expect(out).toMatch(/^ok +signature .*\nok +metadata .*\nok +object image .*\n\nThe package holds\.\n$/)
  })

  it.each([
    ['an unsigned package', [], (bytes: Buffer) => bytes, /NO +signature +the package is not signed/],
    ['a changed object', ['--key'], (b: Buffer) => replace(b, 'bytes', 'bytEs'), /NO +object image/],
  ])('of %s says which part does not hold, and ends with 1', async (_, options, change, message) => {
    const cwd = await release(object, { image: 'bytes' })
    const { path } = await packed(cwd, ...options.flatMap((option) => [option, join(keys, 'private.pem')]))
    await writeFile(path, change(await readFile(path)))
    const said = await say(['verify', 'out.uhupkg', '--key', join(keys, 'public.pem')], { cwd })
    expect(said.out).toMatch(message)
    expect(said.out).toMatch(/DO NOT INSTALL/)
    expect(said.code).toBe(1)
  })

  it('of a package by another key says so, and ends with 1', async () => {
    const cwd = await release(object, { image: 'bytes' })
    await say(['keys', 'new', '--bits', '2048', '--out', 'others'], { cwd })
    await packed(cwd, '--key', 'others/private.pem')
    const said = await say(['verify', 'out.uhupkg', '--key', join(keys, 'public.pem'), '--json'], { cwd })
    expect(said.code).toBe(1)
    expect(said.document()).toMatchObject({
      holds: false,
      checks: [{ what: 'signature', holds: false }, { holds: true }, { holds: true }],
    })
  })

  it('of a package whose metadata was changed in place ends with 65: it is no whole archive any more', async () => {
    const cwd = await release(object, { image: 'bytes' })
    const { path } = await packed(cwd, '--key', join(keys, 'private.pem'))
    await writeFile(path, replace(await readFile(path), '"2.0"', '"2.1"'))
    expect((await say(['verify', path, '--key', join(keys, 'public.pem')], { cwd })).code).toBe(65)
  })
})

/** So late at every look that the bar is drawn each time. */
function ticking(): () => number {
  let at = 0
  return () => (at += 1000)
}

function replace(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')
}
