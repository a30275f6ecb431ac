import { X509Certificate } from 'node:crypto'
import { FakeFiles, FakeHttp } from '@windlass/platform/fakes'
import { issue, makeAuthority, readRequest } from '@windlass/trust/certificates'
import { decodeEnrolment, encodeEnrolled } from '@windlass/wire/aoscore-cloud'
import { expect, it } from 'vitest'
import { enrolled } from '../open-identity.ts'
import { enrol } from './enrol.ts'
import { KeyStore } from './key-store.ts'
import { testUnit } from './test-unit.ts'

const year = 365 * 86_400_000
const never = new AbortController().signal
const claim = { fleetUrl: 'http://fleet.test', claimToken: 'claim-1', systemId: 'unit-77', model: 'model' }

async function fleetAnd(files = new FakeFiles()) {
  const { clock, log } = await testUnit()
  const authority = await makeAuthority('fleet', clock.now(), 20 * year)
  const keys = await KeyStore.open({ files, clock, folder: '/keys', dnsNames: {} })
  const http = new FakeHttp({}, clock)
  http.route(claim.fleetUrl, async ({ path, body }) => {
    const asked = decodeEnrolment(body)
    if (path !== '/enrolment' || asked.claimToken !== 'claim-1') return { status: 403, body: 'claim unknown' }
    const chains = asked.csrs.map(async ({ type, csr }) => {
      const wanted = { ...(await readRequest(csr)), commonName: asked.systemId }
      return { type, chain: (await issue(authority, wanted, clock.now(), year)) + authority.certificate }
    })
    const discoveryUrl = 'https://fleet.test/sd/v7/'
    return { status: 200, body: encodeEnrolled({ chains: await Promise.all(chains), discoveryUrl }) }
  })
  return { keys, http, log, authority, files, clock }
}

it('a unit with a claim gets its certificates; the keys stay here', async () => {
  const { keys, http, log, authority, files, clock } = await fleetAnd()
  expect(await enrol(claim, { http, keys, log }, never)).toBe('https://fleet.test/sd/v7/')
  const online = keys.tls('online')
  expect(new X509Certificate(online?.cert ?? '').subject).toBe('CN=unit-77')
  expect(online?.ca.trim()).toBe(authority.certificate.trim())
  expect(JSON.stringify(http.calls)).not.toContain('PRIVATE KEY')
  expect(new X509Certificate(keys.tls('offline')?.cert ?? '').publicKey.asymmetricKeyType).toBe('rsa')
  const again = await KeyStore.open({ files, clock, folder: '/keys', dnsNames: {} })
  expect(again.tls('online')).toEqual(online)
})

it('a claim that the fleet does not know: an error with the fleet\u2019s words', async () => {
  const { keys, http, log } = await fleetAnd()
  const refused = enrol({ ...claim, claimToken: 'claim-2' }, { http, keys, log }, never)
  await expect(refused).rejects.toThrow('expected status 200, got 403 claim unknown')
  expect(keys.tls('online')).toBeUndefined()
})

it('a chain from elsewhere, for another key, or without a root is not taken', async () => {
  const { keys, http, log, authority, clock } = await fleetAnd()
  await enrol(claim, { http, keys, log }, never)
  const before = keys.tls('online')
  const stranger = await makeAuthority('stranger', clock.now(), year)
  const request = await readRequest(await keys.createKey('online', 'unit-77'))
  const fromStranger = (await issue(stranger, request, clock.now(), year)) + stranger.certificate
  await expect(keys.apply('online', fromStranger)).rejects.toMatchObject({ code: 'identity' })
  const other = await readRequest(await keys.createKey('online', 'unit-77'))
  await keys.createKey('online', 'unit-77')
  await expect(keys.apply('online', await issue(authority, other, clock.now(), year))).rejects.toThrow('of another')
  await expect(keys.apply('online', 'garbage')).rejects.toMatchObject({ code: 'identity' })
  expect(keys.tls('online')).toEqual(before)
  const fresh = await KeyStore.open({ files: new FakeFiles(), clock, folder: '/keys', dnsNames: {} })
  const first = await readRequest(await fresh.createKey('sm', 'node-b'))
  await expect(fresh.apply('sm', await issue(authority, first, clock.now(), year))).rejects.toThrow('ends in its root')
})

it('a claim that was refused is not shown every few seconds; another one is at once', async () => {
  const { keys, http, log, files, clock } = await fleetAnd()
  await files.replace('/claim', 'claim-2')
  const settings = { ...claim, enrolment: { url: claim.fleetUrl, claimTokenFile: '/claim' } }
  const done = enrolled(settings, { keys }, { files, clock, log, http: () => http }, never)
  const asked = async (times: number) => {
    while (http.calls.length < times) await new Promise((resolve) => setImmediate(resolve))
  }
  await asked(1)
  await clock.advance(60_000)
  expect(http.calls).toHaveLength(1)
  await files.replace('/claim', 'claim-1')
  await clock.advance(10_000)
  await done
  expect([http.calls.length, keys.certificate('online')?.type]).toEqual([2, 'online'])
})
