import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Device, runtimeWith } from './device.ts'
import { status } from './mock-update-hub.ts'
import { productUid, type Release, rawObject, release, releaseOf, sha256, testObject } from './release.ts'

/** Metadata, key and signature of updatehub.md 5.9. */
const golden = (name: string) => readFileSync(new URL(`../../../core/trust/fixtures/golden.${name}`, import.meta.url))
const goldenRelease: Release = {
  ...releaseOf(golden('metadata.json')),
  signature: golden('signature').toString().trim(),
}
const content = Buffer.from('1234567890')
const objectName = sha256(content)
const common = ['product-uid', 'version', 'hardware', 'device-identity', 'device-attributes']
const commonFacts = {
  'product-uid': productUid,
  version: '3.0',
  hardware: 'gw-mk2',
  'device-identity': { serial: 'A1' },
  'device-attributes': { kernel: '6.6.9' },
}

async function withKey(): Promise<Device> {
  const device = await Device.make()
  await device.write('meta/key.pub', golden('key.pub'))
  await device.start()
  await device.reaches('park')
  return device
}

/** Offers a package that must not be taken. @returns the report */
async function refusal(device: Device, offer: Release): Promise<Record<string, unknown>> {
  device.server.offer = offer
  await device.reaches('park', () => device.api.post('/probe'))
  return device.troubles.at(-1) ?? {}
}

describe.concurrent('the cloud protocol', () => {
  it('B1 a probe has the headers of 3.1 and exactly five keys', async () => {
    await using device = await Device.started()
    await device.api.post('/probe')
    const [probe] = device.server.seen
    expect(probe).toMatchObject({ method: 'POST', path: '/upgrades' })
    expect(probe?.headers).toMatchObject({
      'user-agent': 'updatehub/2.0 Linux',
      'content-type': 'application/json',
      'api-content-type': 'application/vnd.updatehub-v1+json',
      'api-retries': '0',
    })
    expect(probe?.headers).not.toHaveProperty('accept-encoding')
    expect(probe?.body).toEqual(commonFacts)
    expect(Object.keys(probe?.body ?? {})).toEqual(common)
  })

  it('B2 keys that come twice are sent as a sorted list', async () => {
    await using device = await Device.make()
    await device.hook('device-identity.d/serial', 'echo k=2\necho k=1')
    await device.start()
    await device.api.post('/probe')
    expect(device.server.seen[0]?.body['device-identity']).toEqual({ k: ['1', '2'] })
  })

  it('B3 E26 failed probes are counted, wait 1 s and 2 s, and an answer ends the count', async () => {
    await using device = await Device.make({ polling: true })
    const times: number[] = []
    const failing = status(500)
    device.server.next.upgrades.push(
      ...[0, 1].map(() => (response: Parameters<typeof failing>[0], seen: Parameters<typeof failing>[1]) => {
        times.push(performance.now())
        return failing(response, seen)
      }),
    )
    await device.start()
    await device.asked('upgrades', 3)
    const end = performance.now()
    const [first = 0, second = 0] = times
    expect(second - first).toBeGreaterThan(950)
    expect(end - second).toBeGreaterThan(1950)
    await device.moved('probe none entry_point', 'entry_point polling poll')
    await device.api.post('/probe')
    expect(device.server.all('upgrades').map(({ headers }) => headers['api-retries'])).toEqual(['0', '1', '2', '0'])
  })

  it('B5 E26 204, 201, 403 and 503 are failures of a probe', async () => {
    await using device = await Device.started()
    for (const code of [204, 201, 403, 503]) {
      device.server.next.upgrades.push(status(code))
      expect((await device.api.post('/probe')).status, String(code)).toBe(500)
    }
    expect(device.server.lines).toEqual(['upgrades', 'upgrades', 'upgrades', 'upgrades'])
  })

  it('B6 B7 B9 C18 an update sends its requests in order, with the keys of 3.4', async () => {
    await using device = await Device.started()
    const offer = release()
    await device.update(offer)
    expect(device.server.lines).toEqual([
      'upgrades',
      'report downloading',
      'GET object',
      'report downloaded',
      'report installing',
      'report installed',
      'report rebooting',
      'report rebooting',
    ])
    const { path, headers } = device.server.all('GET object')[0] ?? {}
    expect(path).toBe(`/products/${productUid}/packages/${offer.uid}/objects/${objectName}`)
    expect(headers).toMatchObject({ 'api-content-type': 'application/vnd.updatehub-v1+json' })
    expect(headers).not.toHaveProperty('range')
    for (const { line, body } of device.server.seen.filter(({ line }) => line.startsWith('report'))) {
      expect(body).toEqual({ status: line.slice('report '.length), ...commonFacts, 'package-uid': offer.uid })
    }
  })

  it('B8 E20 an object that is not there is reported once, with state, reason and log', async () => {
    await using device = await Device.started()
    device.server.answers.object = status(404)
    const offer = release()
    const report = await refusal(device, offer)
    expect(device.server.lines.filter((line) => line.startsWith('report'))).toEqual([
      'report downloading',
      'report error',
    ])
    expect(report).toMatchObject({ ...commonFacts, 'package-uid': offer.uid, 'previous-state': 'downloading' })
    expect(report['error-message']).toMatch(/^server_refused: .*404/)
    expect(report['current-log']).toMatch(/^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d{3} [a-z]+ .+\n/)
  })

  it('E20 a download folder that cannot be made is reported, state downloading', async () => {
    await using device = await Device.started()
    await device.write('download', 'a file in its place')
    expect(await refusal(device, release())).toMatchObject({ 'previous-state': 'downloading' })
  })

  it('E20 a server that refuses the connection for an object is asked again, then reported', async () => {
    await using device = await Device.started()
    device.server.next.object.push((response) => void response.destroy())
    await device.update(release())
    expect(device.server.all('GET object')).toHaveLength(2)
  })

  it('B10 D28 ours: one content is fetched once, however often and under whatever names it is listed (W24)', async () => {
    await using device = await Device.started()
    const twice = testObject(content, { filename: 'again.bin' })
    await device.update(release([testObject(), testObject(), twice]))
    expect(device.server.all('GET object')).toHaveLength(1)
    expect(device.events).toContain('reboot')
  })

  it('B11 an object that is there already is not fetched', async () => {
    await using device = await Device.started()
    await device.write(`download/${objectName}`, content)
    await device.update(release())
    expect(device.server.all('GET object')).toEqual([])
  })

  it('B12 ours: a download goes on from the first byte that is missing (D4)', async () => {
    await using device = await Device.started()
    await device.write(`download/${objectName}`, content.subarray(0, 4))
    await device.update(release())
    expect(device.server.all('GET object').map(({ headers }) => headers.range)).toEqual(['bytes=4-'])
    expect(device.read(`download/${objectName}`)).toEqual(content)
  })

  it('B13 an object with wrong bytes is thrown away and fetched whole', async () => {
    await using device = await Device.started()
    await device.write(`download/${objectName}`, 'abcdefghij')
    await device.update(release())
    const [get, ...more] = device.server.all('GET object')
    expect(get?.headers).not.toHaveProperty('range')
    expect(more).toEqual([])
    expect(device.read(`download/${objectName}`)).toEqual(content)
  })

  it("B14 ours: of other files only an agent's own leftovers go; a user's file stays", async () => {
    await using device = await Device.started()
    const old = sha256('an object of last year')
    await device.write(`download/${old}`, 'an object of last year')
    await device.write('download/metadata', '{}')
    await device.write('download/holiday.jpg', 'sun')
    await device.update(release())
    expect(() => device.read(`download/${old}`)).toThrow(/ENOENT/)
    expect(() => device.read('download/metadata')).toThrow(/ENOENT/)
    expect(device.read('download/holiday.jpg').toString()).toBe('sun')
  })

  it('B15 the uid is of the bytes as they came, a newline at the end included', async () => {
    await using device = await Device.started()
    const bytes = `${release().metadata.toString()}\n`
    await device.update(releaseOf(bytes))
    expect(device.server.all('report installed')[0]?.body['package-uid']).toBe(sha256(bytes))
  })

  it('B16 a package signed by the key of the device is installed', async () => {
    await using device = await withKey()
    await device.update(goldenRelease)
    expect(device.runtime.update.applied_package_uid).toBe(
      '4f9afe46bab04d535c83d33309609a1adcbc9a2d2a6753e57daf58144b1c9f71',
    )
  })

  it('ours: B17 E14 with a key, a missing, empty or foreign signature is refused before a byte is fetched, and reported', async () => {
    await using device = await withKey()
    const reasons: unknown[] = []
    for (const signature of [undefined, '', Buffer.alloc(256, 7).toString('base64')]) {
      const report = await refusal(device, { ...goldenRelease, signature })
      expect(report['previous-state']).toBe('validation')
      reasons.push(String(report['error-message']).split(':')[0])
    }
    expect(reasons).toEqual(['signature_missing', 'signature_missing', 'signature_mismatch'])
    expect(device.server.all('GET object')).toEqual([])
    expect(device.server.all('report downloading')).toEqual([])
    expect(device.events).toEqual([])
  })

  it('ours: B17 metadata of which one byte was changed is refused, reported, and never fetched', async () => {
    await using device = await withKey()
    const changed = goldenRelease.metadata.toString().replace('hello.bin', 'hullo.bin')
    const report = await refusal(device, { ...releaseOf(changed), signature: goldenRelease.signature })
    expect(report['error-message']).toMatch(/^signature_mismatch: /)
    expect(device.server.all('GET object')).toEqual([])
  })

  it('B18 without a key any signature in base64 will do', async () => {
    await using device = await Device.started()
    await device.update({ ...release(), signature: Buffer.from('garbage').toString('base64') })
    expect(device.events).toContain('reboot')
  })

  it('B19 E13 a signature that is not base64 is a failed probe, tried again', async () => {
    await using device = await Device.make({ polling: true })
    device.server.offer = { ...release(), signature: '@@@' }
    await device.start()
    await device.asked('upgrades', 2)
    expect(device.server.all('upgrades')[1]?.headers['api-retries']).toBe('1')
    expect((await device.api.post('/probe')).status).toBe(500)
    expect(device.server.lines.filter((line) => line !== 'upgrades')).toEqual([])
  })

  it('B20 an answer that is no JSON is a failed probe, tried again', async () => {
    await using device = await Device.make({ polling: true })
    device.server.answers.upgrades = status(200, {}, '<html>please log in</html>')
    await device.start()
    await device.asked('upgrades', 2)
    expect((await device.api.post('/probe')).status).toBe(500)
    expect(device.server.lines.filter((line) => line !== 'upgrades')).toEqual([])
  })

  it('B21 E28 an update completes although no report is taken', async () => {
    await using device = await Device.started()
    device.server.answers.report = status(500)
    device.server.next.report.push((response) => void response.destroy())
    await device.update(release())
    expect(device.events).toEqual(['updatehub-active-set 1', 'reboot'])
  })

  it('B22 a package that waits for its restart is not fetched and installed again', async () => {
    await using device = await Device.started({ windlass: 'reboot_wait = "1s"' })
    await device.update(release())
    await device.moved('reboot overdue error', 'entry_point idle park')
    await device.reaches('park', async () => {
      expect((await device.api.post('/probe')).json).toBe('updating')
    })
    expect(device.moves).toContain('validation known entry_point')
    expect(device.server.all('GET object')).toHaveLength(1)
    expect(device.events).toEqual(['updatehub-active-set 1', 'reboot'])
  })

  it('B23 a server address with a slash behind gives a double one in the path, as upstream', async () => {
    await using device = await Device.make()
    const settings = device.settings({ server: `${device.server.url}/` })
    await device.write('updatehub.conf', settings)
    await device.start()
    await device.api.post('/probe')
    expect(device.server.seen[0]?.path).toBe('//upgrades')
  })

  it('ours: E21 an object with the wrong bytes ends the download and is reported (upstream says "downloaded" first)', async () => {
    await using device = await Device.started()
    const offer = release()
    const report = await refusal(device, { ...offer, objects: new Map([[objectName, Buffer.from('0987654321')]]) })
    expect(report).toMatchObject({ 'previous-state': 'downloading' })
    expect(report['error-message']).toMatch(/^object_mismatch: /)
    expect(device.server.all('report downloaded')).toEqual([])
    await device.update(offer)
  })

  it('ours: E15 W12 an offer that is no package is refused and reported once instead of being asked for again and again', async () => {
    await using device = await Device.make({ polling: true })
    const objects = [[{ mode: 'test' }], []]
    device.server.offer = releaseOf(JSON.stringify({ product: productUid, version: '3.1', objects }))
    await device.start()
    await device.moved('error told entry_point', 'entry_point polling poll')
    expect(device.server.lines).toEqual(['upgrades', 'report error'])
    expect(device.troubles[0]).toMatchObject({ 'previous-state': 'validation', 'package-uid': device.server.offer.uid })
    expect(device.troubles[0]?.['error-message']).toMatch(/^metadata_invalid: metadata\.objects\[0\]\[0\]/)
  })

  it('E15 the same offer to a probe of the API is answered 500, as upstream', async () => {
    await using device = await Device.started()
    device.server.offer = releaseOf(JSON.stringify({ product: productUid, version: '3.1', objects: 3 }))
    expect((await device.api.post('/probe')).status).toBe(500)
    expect(device.server.lines).toEqual(['upgrades'])
  })

  it('3.2 an automatic probe that is told to come later does, without storing a last poll', async () => {
    await using device = await Device.make({ polling: true })
    device.server.next.upgrades.push(status(200, { 'Add-Extra-Poll': '1' }, 'whatever'))
    await device.start()
    await device.moved('probe none entry_point', 'entry_point polling poll')
    expect(device.server.lines).toEqual(['upgrades', 'upgrades'])
  })

  it('3.2 a redirected probe is followed', async () => {
    await using device = await Device.started()
    device.server.next.upgrades.push(status(307, { location: '/elsewhere/upgrades' }))
    expect((await device.api.post('/probe')).json).toBe('no_update')
    expect(device.server.seen.map(({ path }) => path)).toEqual(['/upgrades', '/elsewhere/upgrades'])
  })

  it('2.7 the count of failed probes outlives a restart when something else was saved', async () => {
    await using device = await Device.make({ polling: true, runtime: runtimeWith({ retries: 7 }) })
    await device.start()
    await device.asked('upgrades')
    expect(device.server.seen[0]?.headers['api-retries']).toBe('7')
  })

  it('raw objects go where they belong, whole', async () => {
    await using device = await Device.started()
    const slot = await device.write('slot', Buffer.alloc(300_000))
    const image = Buffer.alloc(300_000, 'image')
    await device.update(release([rawObject(image, slot)]))
    expect(device.read('slot').equals(image)).toBe(true)
  })
})
