import { createPublicKey, X509Certificate } from 'node:crypto'
import { FakeClock, FakeFiles } from '@windlass/platform/fakes'
import { issue, makeAuthority, readRequest } from '@windlass/trust/certificates'
import { expect, it } from 'vitest'
import { KeyStore } from './key-store.ts'

const year = 365 * 86_400_000
const clock = new FakeClock()
const open = (files: FakeFiles) => KeyStore.open({ files, clock, folder: '/keys', dnsNames: {} })

it('power lost after each change of the disk: the old certificate or the new one, each with its key', async () => {
  const authority = await makeAuthority('unit', clock.now(), 20 * year)
  const renew = async (store: KeyStore) => {
    const request = await readRequest(await store.createKey('sm', 'node-b'))
    await store.apply('sm', (await issue(authority, request, clock.now(), year)) + authority.certificate)
  }
  let serials = new Set<string>()
  for (let step = 1; ; step += 1) {
    const files = new FakeFiles({ seed: step })
    const store = await open(files)
    await renew(store)
    const old = store.certificate('sm')?.serial
    let wasCut = false
    files.cutPowerAfter(step, () => (wasCut = true))
    await renew(store).catch(() => undefined)
    if (!wasCut) break
    files.crash()
    const again = await open(files)
    const tls = again.tls('sm')
    const certificate = new X509Certificate(tls?.cert ?? '')
    expect(createPublicKey(tls?.key ?? '').equals(certificate.publicKey)).toBe(true)
    serials = serials.add(again.certificate('sm')?.serial === old ? 'old' : 'new')
    await renew(again)
    expect(again.certificate('sm')?.serial).not.toBe(old)
  }
  expect([...serials].toSorted()).toEqual(['new', 'old'])
}, 60_000)

it('keys are their owner’s alone, also those of earlier versions', async () => {
  const files = new FakeFiles()
  const store = await open(files)
  const authority = await makeAuthority('unit', clock.now(), 20 * year)
  const request = await readRequest(await store.createKey('sm', 'node-b'))
  expect(await files.facts('/keys/sm.new.pem')).toMatchObject({ mode: 0o600 })
  await store.apply('sm', (await issue(authority, request, clock.now(), year)) + authority.certificate)
  expect(await files.facts('/keys/sm.pem')).toMatchObject({ mode: 0o600 })
  await files.setMode('/keys/sm.pem', 0o644)
  await open(files)
  expect(await files.facts('/keys/sm.pem')).toMatchObject({ mode: 0o600 })
})
