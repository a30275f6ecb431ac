import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { generateKeys, type Keys, sha256Of } from '@windlass/trust'
import { beforeAll, describe, expect, it } from 'vitest'
import { product, uidOf } from '../../store/samples.ts'
import { deflated } from './deflated-package.ts'
import { rollOut, type TestFleet, testFleet, testFolder, testPackage } from './test-fleet.ts'

let keys: Keys
let others: Keys
beforeAll(async () => {
  keys = await generateKeys(2048)
  others = await generateKeys(2048)
})

const left = async ({ folder }: TestFleet) => {
  const names = await readdir(join(folder, 'packages'), { recursive: true })
  return names.filter((name) => name !== 'incoming' && name !== 'kept')
}
const objectOf = async ({ app }: TestFleet, uid: string, object: string) =>
  (await app.inject({ url: `/products/${product}/packages/${uid}/objects/${object}` })).body

describe('an upload', () => {
  it('S13 of an unsigned package is accepted; its uid is the digest of its metadata', async () => {
    const fleet = await testFleet()
    const { path, metadata, object } = await testPackage('3.1')
    const answer = await fleet.upload(path)
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({
      uid: sha256Of(metadata),
      product,
      version: '3.1',
      hardware: 'any',
      signed: false,
      size: (await readFile(path)).length,
      objects: [{ filename: 'hello.bin', mode: 'test', size: 10, sha256sum: object }],
    })
    expect((await fleet.api('GET', `/packages/${sha256Of(metadata)}`)).json()).toEqual(answer.json())
  })

  it('S13 of a signed package is accepted, and needed where keys are trusted', async () => {
    const fleet = await testFleet({ trustedKeys: [others.publicKey, keys.publicKey] })
    const signed = await testPackage('3.1', { privateKey: keys.privateKey })
    expect((await fleet.upload(signed.path)).json()).toMatchObject({ uid: signed.uid, signed: true })
  })

  it('S13 of a deflated package is accepted; its objects are served unpacked', async () => {
    const fleet = await testFleet()
    const { path, uid, object, content } = await testPackage('3.1', { content: 'x'.repeat(5000) })
    const packed = deflated(await readFile(path), deflateRawSync)
    expect(packed.length).toBeLessThan(3000)
    expect((await fleet.upload(packed)).json()).toMatchObject({ uid })
    expect(await objectOf(fleet, uid, object)).toBe(content.toString())
  })

  it('of what is there already changes only the signature', async () => {
    const fleet = await testFleet()
    const { uid, path, object } = await testPackage('3.1', { content: 'x'.repeat(5000) })
    const signed = await testPackage('3.1', { content: 'x'.repeat(5000), privateKey: keys.privateKey })
    await fleet.upload(path)
    expect((await fleet.upload(deflated(await readFile(signed.path), deflateRawSync))).json()).toMatchObject({
      uid,
      signed: true,
    })
    expect((await fleet.api('GET', '/packages')).json().packages).toHaveLength(1)
    expect(await objectOf(fleet, uid, object)).toBe('x'.repeat(5000))
  })

  it('of one package many times at once is one package', async () => {
    const fleet = await testFleet()
    const { path, uid, object } = await testPackage('3.1')
    const answers = await Promise.all([1, 2, 3, 4].map(() => fleet.upload(path)))
    expect(answers.map((answer) => answer.statusCode)).toEqual([201, 201, 201, 201])
    expect(await objectOf(fleet, uid, object)).toBe('1234567890')
    expect(await readdir(join(fleet.folder, 'packages', 'incoming'))).toEqual([])
  })
})

describe('a bad upload is refused, says why, and leaves nothing behind', () => {
  const cases: [what: string, code: string, status: number, upload: () => Promise<Buffer | string>][] = [
    ['no archive', 'archive_invalid', 422, async () => Buffer.from('hello')],
    ['nothing', 'archive_invalid', 422, async () => Buffer.alloc(0)],
    [
      'half an archive',
      'archive_invalid',
      422,
      async () => (await readFile((await testPackage('1')).path)).subarray(0, 700),
    ],
    ['too much', 'upload_too_large', 413, async () => Buffer.alloc(1024 * 1024 + 1)],
    [
      'metadata with unknown keys',
      'metadata_invalid',
      422,
      async () => (await testPackage('1', { over: { color: 1 } })).path,
    ],
    ['metadata without a version', 'metadata_invalid', 422, async () => (await testPackage('', {})).path],
    ['a wrong product', 'metadata_invalid', 422, async () => (await testPackage('1', { over: { product: 'x' } })).path],
    [
      'a signature that is no base64',
      'signature_mismatch',
      422,
      async () => (await testPackage('1', { signature: '?' })).path,
    ],
    ['a wrong size', 'object_mismatch', 422, async () => (await testPackage('1', { objectOver: { size: 11 } })).path],
    [
      'an object that is not in it',
      'archive_entry_missing',
      422,
      async () => (await testPackage('1', { objectOver: { sha256sum: uidOf('x') } })).path,
    ],
    [
      'an object with one byte changed',
      'object_mismatch',
      422,
      async () => swapped(await readFile((await testPackage('1')).path), '1234567890', '1234567891'),
    ],
  ]
  it.each(cases)('%s: %s', async (_what, code, status, upload) => {
    const fleet = await testFleet()
    const answer = await fleet.upload(await upload())
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json'])
    expect(answer.json()).toMatchObject({ code, status, detail: expect.any(String) })
    expect(await left(fleet)).toEqual([])
    expect(await fleet.store.packages()).toEqual([])
    expect(fleet.logged).toContain('warning package refused')
  })

  it('names every place of metadata that is off', async () => {
    const fleet = await testFleet()
    const { path } = await testPackage('1', { over: { color: 1, product: 'x' } })
    expect((await fleet.upload(path)).json().errors.length).toBeGreaterThan(1)
  })

  it('unsigned, or signed by somebody else, where keys are trusted', async () => {
    const fleet = await testFleet({ trustedKeys: [keys.publicKey] })
    const code = async (privateKey?: string) =>
      (await fleet.upload((await testPackage('1', privateKey ? { privateKey } : {})).path)).json().code
    expect(await code()).toBe('signature_missing')
    expect(await code(others.privateKey)).toBe('signature_mismatch')
    expect(await left(fleet)).toEqual([])
  })

  it('of another type than an octet stream', async () => {
    const fleet = await testFleet()
    const headers = { host: 'localhost', 'content-type': 'multipart/form-data; boundary=x' }
    const answer = await fleet.app.inject({ method: 'POST', url: '/api/v1/packages', headers, payload: '--x--' })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request_invalid'])
  })
})

describe('a package', () => {
  it('is removed with its bytes, but not under a rollout in force', async () => {
    const fleet = await testFleet()
    const { uid, rollout, object } = await rollOut(fleet, '3.1')
    expect((await fleet.api('DELETE', `/packages/${uid}`)).json().code).toBe('package_in_use')
    expect(await objectOf(fleet, uid, object)).toBe('1234567890')
    await fleet.api('POST', `/rollouts/${rollout}/abort`)
    expect((await fleet.api('DELETE', `/packages/${uid}`)).statusCode).toBe(204)
    expect((await fleet.api('DELETE', `/packages/${uid}`)).json().code).toBe('package_unknown')
    expect(await left(fleet)).toEqual([])
  })
})

describe('the folder of packages', () => {
  it('is swept of drafts and of packages without a record', async () => {
    const { folderPackages } = await import('../folder-packages.ts')
    const { FakeClock, SeededRandom } = await import('@windlass/platform/fakes')
    const folder = await testFolder()
    const ports = { random: new SeededRandom(1), clock: new FakeClock({ now: Date.now() }) }
    const files = await folderPackages(folder, { ...ports, alone: true })
    await files.draft()
    await writeFile(join(folder, 'incoming', 'stray'), '')
    for (const uid of [uidOf('known'), uidOf('lost')]) await (await files.draft()).keep(uid)
    const shared = await folderPackages(folder, { ...ports, alone: false })
    await shared.sweep(new Set([uidOf('known')]))
    expect(await readdir(join(folder, 'kept'))).toHaveLength(2)
    await ports.clock.advance(3_700_000)
    await shared.sweep(new Set([uidOf('known')]))
    expect(await readdir(join(folder, 'kept'))).toEqual([uidOf('known')])
    await files.draft()
    await files.sweep(new Set([uidOf('known')]))
    expect(await readdir(folder, { recursive: true })).toEqual(['incoming', 'kept', join('kept', uidOf('known'))])
  })
})

/** Stored in a zip, the checksum of which is over other bytes then: both are put right, so that only the digest is off. */
function swapped(archive: Buffer, from: string, to: string): Buffer {
  const at = archive.indexOf(from)
  const changed = Buffer.from(archive)
  changed.write(to, at)
  return deflated(changed, undefined)
}
