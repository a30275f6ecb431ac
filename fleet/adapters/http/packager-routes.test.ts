import { createHash } from 'node:crypto'
import { generateKeys, sha256Of, sign } from '@windlass/trust'
import { encodeMetadata } from '@windlass/wire/updatehub'
import { describe, expect, it } from 'vitest'
import { product } from '../../store/samples.ts'
import { type TestFleet, testFleet } from './test-fleet.ts'
import { type PackagerRequest, packagerHeaders } from './test-packager.ts'

const content = Buffer.from('1234567890')
const object = sha256Of(content)
const described = { filename: 'hello.bin', mode: 'test', sha256sum: object, size: content.length, target: '/dev/null' }
const complete = { ...described, 'force-check-requirements-fail': false }
const metadata = encodeMetadata({
  objects: [[complete], [complete]],
  product,
  'supported-hardware': 'any',
  version: '3.1',
})
const uid = sha256Of(metadata)
const etag = JSON.stringify({ etag: createHash('md5').update(content).digest('hex') })

/** A request as the packager makes it (updatehub.md 6.7). */
function signed({ app, clock }: TestFleet, method: Method, path: string, body = '', given: Sent = {}) {
  const headers = packagerHeaders({ method, path, body, ...given }, clock.now())
  return app.inject({ method, url: `/uhu${path}`, headers, ...(body && { payload: body }) })
}
type Method = PackagerRequest['method']
type Sent = Pick<PackagerRequest, 'id' | 'secret' | 'headers'>

const begin = (fleet: TestFleet, signature = 'None') =>
  signed(fleet, 'POST', '/packages', metadata, { headers: { 'uh-signature': signature } })
const ask = (fleet: TestFleet) => signed(fleet, 'POST', `/packages/${uid}/objects/${object}`, etag)
const finish = (fleet: TestFleet) => signed(fleet, 'PUT', `/packages/${uid}/finish`)

async function store(fleet: TestFleet, payload: Buffer): Promise<number> {
  const { pathname, search } = new URL((await ask(fleet)).json<{ url: string }>().url)
  const headers = { 'content-type': 'application/octet-stream' }
  return (await fleet.app.inject({ method: 'PUT', url: pathname + search, payload, headers })).statusCode
}

describe('uhu package push', () => {
  it('S14 brings a package piece by piece, and it is offered like any other', async () => {
    const { privateKey, publicKey } = await generateKeys(2048)
    const fleet = await testFleet({ trustedKeys: [publicKey] })
    const begun = await begin(fleet, sign(privateKey, Buffer.from(metadata)))
    expect([begun.statusCode, begun.json().uid]).toEqual([201, uid])
    const asked = await ask(fleet)
    expect([asked.statusCode, asked.json().storage]).toEqual([201, 'dummy'])
    expect(asked.json().url).toMatch(/^http:\/\/fleet\.example\.test\/uhu\/storage\//)
    expect((await signed(fleet, 'GET', `/packages/${uid}`)).json()).toEqual({ uid, status: 'pending' })
    expect(await store(fleet, content)).toBe(201)
    expect((await ask(fleet)).statusCode).toBe(200)
    expect((await finish(fleet)).statusCode).toBe(200)
    expect((await signed(fleet, 'GET', `/packages/${uid}`)).json()).toEqual({ uid, status: 'finished' })
    expect((await finish(fleet)).statusCode).toBe(200)
    const { packages } = (await fleet.api('GET', '/packages')).json()
    expect(packages).toMatchObject([{ uid, product, version: '3.1', signed: true }])
    const url = `/products/${product}/packages/${uid}/objects/${object}`
    expect((await fleet.app.inject({ url })).rawPayload).toEqual(content)
  })

  it('is refused without a right signature', async () => {
    const fleet = await testFleet()
    for (const path of ['/packages', `/packages/${uid}/objects/${object}`]) {
      const said = await signed(fleet, 'POST', path, metadata, { secret: 'another' })
      expect([said.statusCode, said.json().error_message]).toEqual([401, expect.stringMatching(/known access id/)])
    }
    expect((await fleet.app.inject({ method: 'PUT', url: `/uhu/packages/${uid}/finish` })).statusCode).toBe(401)
    await begin(fleet)
    for (const ticket of ['', '?ticket=x', `?ticket=${'x'.repeat(43)}`]) {
      const url = `/uhu/storage/${uid}/${object}${ticket}`
      expect((await fleet.app.inject({ method: 'PUT', url, payload: content })).statusCode).toBe(401)
    }
  })

  it('is for those whom an admin lets push, until they are removed', async () => {
    const fleet = await testFleet()
    const made = (await fleet.api('POST', '/packagers', { name: 'ci' })).json<{ id: string; secret: string }>()
    const push = (given: Sent) => signed(fleet, 'POST', '/packages', metadata, given)
    expect((await push(made)).statusCode).toBe(201)
    expect((await push({ ...made, secret: 'topsecret' })).statusCode).toBe(401)
    expect((await push({ ...made, id: 'me' })).statusCode).toBe(401)
    const at = new Date(fleet.clock.now()).toISOString()
    const listed = (await fleet.api('GET', '/packagers')).json()
    expect(listed).toEqual({ packagers: [{ id: made.id, name: 'ci', createdAt: at, lastUsed: at }] })
    await store(fleet, content)
    expect((await signed(fleet, 'POST', `/packages/${uid}/objects/${uid}`, etag, made)).statusCode).toBe(422)
    expect((await signed(fleet, 'PUT', `/packages/${uid}/finish`, '', made)).statusCode).toBe(200)
    const { entries } = (await fleet.api('GET', '/audit?action=uhu')).json()
    expect(entries).toMatchObject([
      { kind: 'packager', who: 'ci', action: 'PUT /uhu/packages/:uid/finish', made: uid, result: 200, code: null },
      { kind: 'packager', who: 'ci', made: null, result: 422, code: 'object_mismatch' },
    ])
    expect((await fleet.api('DELETE', `/packagers/${made.id}`)).statusCode).toBe(204)
    expect((await push(made)).statusCode).toBe(401)
    const again = await fleet.api('DELETE', `/packagers/${made.id}`)
    expect([again.statusCode, again.json().code]).toEqual([404, 'packager_unknown'])
  })

  it('keeps nothing of what is wrong or incomplete, and may be mended', async () => {
    const fleet = await testFleet()
    expect((await signed(fleet, 'POST', '/packages', '{}')).statusCode).toBe(422)
    expect((await finish(fleet)).statusCode).toBe(404)
    await begin(fleet)
    expect((await signed(fleet, 'POST', `/packages/${uid}/objects/${uid}`, etag)).statusCode).toBe(422)
    const early = await finish(fleet)
    expect([early.statusCode, early.json().error_message]).toEqual([422, expect.stringMatching(/missing/)])
    expect(await store(fleet, Buffer.from('12345678901'))).toBe(413)
    expect(await store(fleet, Buffer.from('0987654321'))).toBe(201)
    expect((await finish(fleet)).statusCode).toBe(422)
    expect((await fleet.api('GET', '/packages')).json()).toEqual({ packages: [] })
  })

  it('of an unsigned package is refused where keys are trusted', async () => {
    const { publicKey } = await generateKeys(2048)
    const fleet = await testFleet({ trustedKeys: [publicKey] })
    await begin(fleet)
    await store(fleet, content)
    const said = await finish(fleet)
    expect([said.statusCode, said.json().error_message]).toEqual([422, expect.stringMatching(/signed package/)])
  })

  it('is forgotten when sixteen others were begun since', async () => {
    const fleet = await testFleet()
    await begin(fleet)
    for (let i = 0; i < 16; i++) await signed(fleet, 'POST', '/packages', metadata.replace('3.1', `4.${i}`))
    expect((await signed(fleet, 'GET', `/packages/${uid}`)).statusCode).toBe(404)
  })
})
