import { sha256Of } from '@windlass/trust'
import { describe, expect, it } from 'vitest'
import { FakeDevice, fakeImage, fakeSettings } from '../fake-device.ts'
import type { FakePackage } from '../fake-update-server.ts'
import { makeArchive } from '../objects/delta/delta-fixture.ts'
import { headerSize } from '../objects/delta/header.ts'

function release(version: string, signedHeader: boolean): FakePackage {
  const archive = makeArchive(fakeImage(version))
  const sha256sum = sha256Of(archive)
  const object = (set: string) => ({
    mode: 'raw-delta',
    filename: `v${version}.cba`,
    size: archive.length,
    sha256sum,
    'target-type': 'device',
    target: `/dev/slot-${set}`,
    ...(signedHeader && { 'header-sha256sum': sha256Of(archive.subarray(0, headerSize(archive))) }),
  })
  const metadata = JSON.stringify({ product: 'p', version, objects: [[object('a')], [object('b')]] })
  return { version, metadata, objects: new Map([[sha256sum, archive]]) }
}

async function updated(signedHeader: boolean) {
  const device = new FakeDevice()
  device.settings = { ...fakeSettings, installModes: ['rawdelta'] }
  device.server.offered = release('2', signedHeader)
  await device.live(() => device.server.lastVersion === '2')
  expect(device.version).toBe('2')
  return device.server.seen.filter((request) => request.startsWith('GET'))
}

describe('an update by a delta', () => {
  it('reads only what is missing, by ranges, where the signed metadata names the header', async () => {
    const seen = await updated(true)
    expect(seen.length).toBeGreaterThan(1)
    expect(seen[0]).toBe('GET object bytes=0-13')
  })

  it('fetches and checks the whole archive first where it does not', async () => {
    expect(await updated(false)).toEqual(['GET object'])
  })
})
