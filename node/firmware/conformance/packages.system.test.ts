import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { supportsMode } from '../settings.ts'
import { Device, type Wishes } from './device.ts'
import {
  type ArchiveKind,
  type Content,
  entriesOf,
  productUid,
  type Release,
  rawObject,
  release,
  releaseOf,
  sha256,
  testObject,
  writeArchive,
} from './release.ts'

const everyMode = ['copy', 'flash', 'imxkobs', 'mender', 'raw', 'raw-delta', 'tarball', 'test', 'ubifs', 'uboot-env']

/** Installs a package file to its restart. */
async function install(device: Device, file: string): Promise<void> {
  expect((await device.api.post('/local_install', { file })).status).toBe(200)
  await device.called('reboot')
}

/** A device that lets every good package come up to its installation and no further. */
async function examiner(wishes: Wishes = {}): Promise<Device> {
  const device = await Device.make(wishes)
  await device.program('meta/state-change-callback', 'if [ "$1" = install ]; then echo cancel; fi')
  await device.start()
  await device.reaches('park')
  return device
}

/** What became of a package: "taken", or the code of its refusal. */
async function verdict(
  device: Device,
  pkg: Release | Map<string, Buffer | string>,
  kind?: ArchiveKind,
  prefix?: string,
) {
  const before = device.moves.length
  const { code } = await device.refuses(await writeArchive(device.path('p.uhupkg'), pkg, kind, prefix))
  await device.remove('p.uhupkg')
  return device.moves.slice(before).includes('install cancelled entry_point') ? 'taken' : code
}

/** What the server is told of a package that it offers. */
async function told(device: Device, offer: Release): Promise<[unknown, string | undefined]> {
  device.server.offer = offer
  await device.reaches('park', () => device.api.post('/probe'))
  const { 'previous-state': state, 'error-message': message } = device.troubles.at(-1) ?? {}
  return [state, String(message).split(':')[0]]
}

/** Installs one raw object over `before`. @returns what the target holds then */
async function written(before: Buffer, bytes: Buffer, fields: Record<string, unknown>): Promise<Buffer> {
  await using device = await Device.started()
  await device.update(release([rawObject(bytes, await device.write('target', before), fields)]))
  return device.read('target')
}

const metadataOf = (objects: unknown, more = {}) =>
  releaseOf(JSON.stringify({ product: productUid, version: '3.1', objects, ...more }))
const listed = ({ bytes, fields }: Content) => ({ size: bytes.length, sha256sum: sha256(bytes), ...fields })

describe.concurrent('package files', () => {
  it.for<ArchiveKind>(['zip', 'zip-deflate', 'tar', 'tar.gz'])('D1 a package in %s is installed', async (kind) => {
    await using device = await Device.started()
    const target = await device.write('target', 'old')
    const pkg = release([rawObject(Buffer.alloc(70_000, 'new '), target), testObject()])
    await install(device, await writeArchive(device.path('p.uhupkg'), pkg, kind))
    expect(device.read('target').equals(Buffer.alloc(70_000, 'new '))).toBe(true)
    expect(device.runtime.update.applied_package_uid).toBe(pkg.uid)
  })

  it('D2 D3 D4 E11 E12 E13 an archive that lacks something, or is none, is refused', async () => {
    await using device = await examiner()
    const pkg = release()
    const without = (name: string) => new Map([...entriesOf(pkg)].filter(([entry]) => entry !== name))
    expect(await verdict(device, pkg)).toBe('taken')
    expect(await verdict(device, pkg, 'tar', './')).toBe('archive_invalid')
    expect(await verdict(device, without('metadata'))).toBe('archive_entry_missing')
    expect(await verdict(device, without('signature'))).toBe('archive_entry_missing')
    expect(await verdict(device, without([...pkg.objects.keys()][0] ?? ''))).toBe('archive_entry_missing')
    expect(await verdict(device, { ...pkg, signature: '@@@' })).toBe('archive_invalid')
    expect(await verdict(device, { ...pkg, metadata: Buffer.from('{') })).toBe('metadata_invalid')
    expect((await device.refuses('/nowhere/p.uhupkg')).code).toBe('file_unreadable')
    expect((await device.refuses(await device.write('text', 'no archive'))).code).toBe('archive_invalid')
    expect((await device.refuses(await device.write('empty', ''))).code).toBe('archive_invalid')
    expect((await device.refuses(device.folder)).code).toBe('archive_invalid')
    expect(device.events.filter((event) => !event.startsWith('state-change'))).toEqual([])
  })

  it('D4 with a key an empty signature is refused, the right one taken', async () => {
    await using device = await Device.make()
    const golden = (name: string) => readFile(new URL(`../../../core/trust/fixtures/golden.${name}`, import.meta.url))
    const pkg = releaseOf(await golden('metadata.json'))
    await device.write('meta/key.pub', await golden('key.pub'))
    await device.program('meta/state-change-callback', 'if [ "$1" = install ]; then echo cancel; fi')
    await device.start()
    await device.reaches('park')
    expect(await verdict(device, pkg)).toBe('signature_missing')
    expect(await verdict(device, { ...pkg, signature: (await golden('signature')).toString() })).toBe('taken')
    const other = releaseOf(pkg.metadata.toString().replace('hello', 'hullo'))
    expect(await verdict(device, { ...other, signature: (await golden('signature')).toString() })).toBe(
      'signature_mismatch',
    )
  })

  it('D5 ours: one set stands for both (D14); none and three are refused', async () => {
    await using device = await examiner()
    const set = [listed(testObject())]
    expect(await verdict(device, metadataOf([set]))).toBe('taken')
    expect(await verdict(device, metadataOf([]))).toBe('metadata_invalid')
    expect(await verdict(device, metadataOf([set, set, set]))).toBe('metadata_invalid')
  })

  it('D6 ours: of sets that differ, the one that will be installed is taken from the archive (D5, W2)', async () => {
    await using device = await Device.started()
    const [a, b] = await Promise.all(['a', 'b'].map((name) => device.write(name, name)))
    const pkg = release([rawObject('for a', a ?? '')], {}, [rawObject('for b', b ?? '')])
    await install(device, await writeArchive(device.path('p.uhupkg'), pkg))
    expect([device.read('a').toString(), device.read('b').toString()]).toEqual(['a', 'for b'])
  })

  it('D7 supported-hardware is matched exactly', async () => {
    await using device = await examiner()
    const on = (hardware: unknown) => verdict(device, release(undefined, { 'supported-hardware': hardware }))
    expect(await on(undefined)).toBe('taken')
    expect(await on('any')).toBe('taken')
    expect(await on(['gw-mk1', 'gw-mk2'])).toBe('taken')
    expect(await on(['GW-MK2'])).toBe('hardware_unsupported')
    expect(await on([])).toBe('hardware_unsupported')
    expect(await on('gw-mk2')).toBe('metadata_invalid')
  })

  it('D8 E16 keys that nobody knows are ignored', async () => {
    await using device = await examiner()
    expect(await verdict(device, release([testObject('x', { more: 1 })], { more: { and: 'more' } }))).toBe('taken')
  })

  it('D14 D25 E15 metadata with one wrong value is refused whole', async () => {
    await using device = await examiner()
    const of = (content: Content) => verdict(device, release([content]))
    const raw = (fields: Record<string, unknown>) => of(rawObject('x', '/dev/null', fields))
    const copy = { mode: 'copy', filesystem: 'ext4', 'target-path': '/x' }
    const wrong = [
      { 'chunk-size': 0 },
      { 'chunk-size': 1 },
      { count: -2 },
      { skip: -1 },
      { seek: 0.5 },
      { truncate: 'yes' },
      { 'target-type': 'disk' },
      { target: undefined },
      { mode: 'teleport' },
      { size: -1 },
      { size: '1' },
      { sha256sum: '../../etc/passwd' },
      { sha256sum: 'A'.repeat(64) },
      { ...copy, 'target-mode': '0899' },
      { ...copy, 'target-mode': 420 },
      { ...copy, 'target-mode': '77777' },
      { ...copy, filesystem: 'ntfs' },
      { 'install-if-different': 'always' },
      { 'install-if-different': { version: '1', pattern: { regexp: '(' } } },
    ]
    for (const fields of wrong) expect(await raw(fields), JSON.stringify(fields)).toBe('metadata_invalid')
    expect(await of(testObject('x', { 'force-check-requirements-fail': undefined }))).toBe('metadata_invalid')
  })

  it('D17 ours: a custom pattern without buffer-size, or with -1 as uhu writes it, is taken (D6)', async () => {
    await using device = await examiner()
    const target = await device.write('target', 'App v1')
    const on = (pattern: object) => {
      const condition = { version: '1', pattern: { regexp: 'App v([0-9]+)', ...pattern } }
      return verdict(device, release([rawObject('App v2', target, { 'install-if-different': condition })]))
    }
    expect(await on({ seek: 0 })).toBe('taken')
    expect(await on({ seek: 0, 'buffer-size': -1 })).toBe('taken')
    expect(await on({ seek: -1, 'buffer-size': 4096 })).toBe('taken')
  })

  it('D18 D19 D21 E19 targets that are not there, not writable or of another type are refused at validation', async () => {
    await using device = await examiner()
    const on = (target: string, fields = {}) => verdict(device, release([rawObject('x', target, fields)]))
    expect(await on('rootfs', { 'target-type': 'mtdname' })).toBe('target_invalid')
    expect(await on('ubi0:rootfs')).toBe('target_invalid')
    expect(await on(device.path('missing'))).toBe('target_invalid')
    expect(await on(device.folder)).toBe('target_invalid')
    const locked = await device.write('locked', 'x')
    execFileSync('chmod', ['0444', locked])
    expect(await on(locked)).toBe('target_invalid')
    const refusing = testObject('x', { 'force-check-requirements-fail': true })
    expect(await verdict(device, release([refusing]))).toBe('requirement_failed')
  })

  it('D22 a mode that the settings do not list is refused', async () => {
    await using device = await examiner({ modes: ['raw'] })
    expect(await verdict(device, release())).toBe('mode_unsupported')
  })

  it('D23 D24 modes that this device has no means for are refused at validation, whatever the settings list', async () => {
    await using device = await examiner({ modes: [...everyMode, 'ubootenv', 'rawdelta', 'zephyr'] })
    await device.program('bin/fw_setenv', 'exit 1')
    const targeted = { 'target-type': 'device', target: '/dev/mtd999' }
    for (const mode of ['zephyr', 'mender', 'uboot-env', 'imxkobs', 'flash', 'ubifs', 'raw-delta']) {
      const pkg = release([testObject('x', { mode, ...targeted })])
      const refusal = await device.refuses(await writeArchive(device.path(`${mode}.uhupkg`), pkg))
      expect(refusal, mode).toMatchObject({ state: 'validation' })
    }
  })

  it('D23 both spellings of a mode count in the settings (D7)', () => {
    for (const spelling of ['uboot-env', 'ubootenv']) expect(supportsMode([spelling], 'uboot-env')).toBe(true)
    for (const spelling of ['raw-delta', 'rawdelta']) expect(supportsMode([spelling], 'raw-delta')).toBe(true)
    expect(supportsMode(['rawdelta'], 'raw')).toBe(false)
  })

  it('D26 an object of which one byte was changed is refused before anything is written', async () => {
    await using device = await Device.started()
    const target = await device.write('target', 'old')
    const file = await writeArchive(device.path('p.uhupkg'), release([rawObject('the new content', target)]))
    const archive = device.read('p.uhupkg')
    archive.write('X', archive.indexOf('the new content'))
    await device.write('p.uhupkg', archive)
    expect(await device.refuses(file)).toMatchObject({ code: 'object_mismatch', state: 'validation' })
    const deflated = await writeArchive(
      device.path('q.uhupkg'),
      release([rawObject(Buffer.alloc(9999), target)]),
      'zip-deflate',
    )
    const other = device.read('q.uhupkg')
    const name = other.indexOf(sha256(Buffer.alloc(9999)))
    other.writeUInt8((other[name + 64 + 28 + 8] ?? 0) ^ 0xff, name + 64 + 28 + 8)
    await device.write('q.uhupkg', other)
    expect((await device.refuses(deflated)).code).toMatch(/^(archive_invalid|object_mismatch)$/)
    expect(device.read('target').toString()).toBe('old')
  })

  it('D27 ours: a package file in the download folder stays where its owner put it', async () => {
    await using device = await Device.started()
    await device.write('download/readme', 'mine')
    const file = await writeArchive(device.path('download/p.uhupkg'), release())
    await install(device, file)
    expect(device.read('download/p.uhupkg').length).toBeGreaterThan(0)
    expect(device.read('download/readme').toString()).toBe('mine')
  })

  it('ours: E17 E18 E19 D20 W6 what validation refuses is reported, once, with its state and code', async () => {
    await using device = await Device.started({ modes: ['raw'] })
    const target = await device.write('target', 'x')
    const raw = (fields: Record<string, unknown>) => release([rawObject('x', target, fields)])
    expect(await told(device, release([rawObject('x', target)], { 'supported-hardware': ['other'] }))).toEqual([
      'validation',
      'hardware_unsupported',
    ])
    expect(await told(device, release())).toEqual(['validation', 'mode_unsupported'])
    expect(await told(device, raw({ target: '/nowhere' }))).toEqual(['validation', 'target_invalid'])
    expect(await told(device, raw({ size: 2 ** 50 }))).toEqual(['validation', 'no_space'])
    expect(device.server.lines.filter((line) => line !== 'upgrades')).toEqual(Array(4).fill('report error'))
  })

  it('E29 ours: an owner that this device does not know is a normal failure of the installation', async () => {
    await using device = await Device.started()
    const target = await device.write('target', Buffer.alloc(65_536))
    const fields = { mode: 'copy', filesystem: 'ext4', 'target-path': '/x', 'target-uid': 'nobody-of-this-name' }
    expect(await told(device, release([rawObject('x', target, fields)]))).toEqual(['installing', 'install_failed'])
    expect((await device.api.get('/info')).status).toBe(200)
  })

  it('11-D11 a package of another product is taken with a warning, and refused where the settings say so', async () => {
    await using device = await examiner()
    expect(await verdict(device, release(undefined, { product: 'f'.repeat(64) }))).toBe('taken')
    const { json } = await device.api.get('/log')
    expect((json as { entries: { level: string }[] }).entries.map(({ level }) => level)).toContain('warning')
    await using strict = await examiner({ windlass: 'strict_product = true' })
    expect(await verdict(strict, release(undefined, { product: 'f'.repeat(64) }))).toBe('product_mismatch')
  })
})

describe.concurrent('raw objects', () => {
  const payload = Buffer.from(Array.from({ length: 2048 }, (_, i) => (i * 7 + (i >> 8)) & 0xff))
  const old = Buffer.alloc(4096, 'o')

  it('D9 seek leaves what is before, truncate false what is behind', async () => {
    const came = await written(old, payload, { 'chunk-size': 128, seek: 8, truncate: false })
    expect(came).toEqual(Buffer.concat([old.subarray(0, 1024), payload, old.subarray(3072)]))
  })

  it('D10 skip leaves out the beginning of the payload', async () => {
    const came = await written(old, payload, { 'chunk-size': 128, skip: 8, truncate: false })
    expect(came).toEqual(Buffer.concat([payload.subarray(1024), old.subarray(1024)]))
  })

  it('D11 count takes so many blocks and no more', async () => {
    const came = await written(old, payload, { 'chunk-size': 128, count: 8, truncate: false })
    expect(came).toEqual(Buffer.concat([payload.subarray(0, 1024), old.subarray(1024)]))
  })

  it('D12 without a word about truncate the target ends where the payload does', async () => {
    expect(await written(old, payload, {})).toEqual(payload)
  })

  const compressions = {
    gzip: (bytes: Buffer) => gzipSync(bytes),
    zstd: (bytes: Buffer) => zstdCompressSync(bytes),
    xz: (bytes: Buffer) => execFileSync('xz', ['-c'], { input: bytes }),
  }
  it.for(Object.entries(compressions))('D13 a payload compressed by %s is written unpacked', async ([, pack]) => {
    const fields = { compressed: true, 'required-uncompressed-size': payload.length }
    expect(await written(old, pack(payload), fields)).toEqual(payload)
  })

  it('D15 a target that is as it should be is not touched', async () => {
    await using device = await Device.started()
    const target = await device.write('target', payload)
    const before = statSync(target, { bigint: true })
    await device.update(release([rawObject(payload, target, { 'install-if-different': 'sha256sum' })]))
    const after = statSync(target, { bigint: true })
    expect([after.mtimeNs, after.ctimeNs, after.ino]).toEqual([before.mtimeNs, before.ctimeNs, before.ino])
  })

  it('D16 a target with the version of the package is left alone, one with another is written', async () => {
    const condition = { version: '2.4', pattern: { regexp: 'App v([0-9.]+)', seek: 0, 'buffer-size': 4096 } }
    const same = Buffer.from('... App v2.4 as it was ...')
    const other = Buffer.from('... App v2.3 as it was ...')
    const wanted = Buffer.from('... App v2.4 as it shall be ...')
    expect(await written(same, wanted, { 'install-if-different': condition })).toEqual(same)
    expect(await written(other, wanted, { 'install-if-different': condition })).toEqual(wanted)
  })
})

describe('filesystems', () => {
  it.skipIf(process.getuid?.() !== 0)(
    'copy and tarball write onto a real filesystem, which is whole afterwards (skipped where this is not root)',
    async () => {
      await using device = await Device.started()
      const target = await device.write('disk', Buffer.alloc(8 * 1024 * 1024))
      execFileSync('mkfs.ext4', ['-q', target])
      await device.write('tree/etc/conf', 'a=1\n')
      execFileSync('tar', ['-czf', device.path('tree.tar.gz'), '-C', device.path('tree'), 'etc'])
      const place = { 'target-type': 'device', target, filesystem: 'ext4' }
      const file = { mode: 'copy', filename: 'hello', 'target-path': '/hello', 'target-mode': '0640', ...place }
      const tree = { mode: 'tarball', filename: 'tree.tar.gz', 'target-path': '/', ...place }
      const archive = device.read('tree.tar.gz')
      await device.update(release([testObject('hello\n', file), testObject(archive, tree)]))
      const debugfs = (request: string) =>
        execFileSync('debugfs', ['-R', request, target], { stdio: 'pipe' }).toString()
      expect(debugfs('cat /hello')).toBe('hello\n')
      expect(debugfs('stat /hello')).toMatch(/Mode: +0640/)
      expect(debugfs('cat /etc/conf')).toBe('a=1\n')
      execFileSync('e2fsck', ['-fn', target], { stdio: 'pipe' })
    },
  )
})
