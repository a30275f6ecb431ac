import { describe, expect, it } from 'vitest'
import { FakeDevice, fakeSettings } from '../fake-device.ts'
import { retrySeconds } from '../update/states/probe.ts'

/** Seconds that a device with this polling interval takes for so many failed probes and one answer. */
async function secondsOfFailing(times: number, intervalMs: number): Promise<number> {
  const device = new FakeDevice()
  device.settings = { ...fakeSettings, polling: { enabled: true, intervalMs } }
  device.server.instead.push(...Array.from({ length: times }, () => ({ status: 500 })))
  const begun = device.clock.now()
  await device.live(() => device.server.requests.length > times)
  return Math.round((device.clock.now() - begun) / 1000)
}

// At process level this takes hours; here on a fake clock.
describe('failed probes', () => {
  it('B4 are repeated after at most one polling interval, however many there were', async () => {
    expect(await secondsOfFailing(6, 60_000)).toBe(1 + 2 + 4 + 8 + 16 + 32)
    expect(await secondsOfFailing(40, 60_000)).toBe(63 + 34 * 60)
  })

  it('B3 2.7 wait twice as long each time, and never more than an hour', () => {
    const day = 86_400_000
    const delays = Array.from({ length: 15 }, (_, i) => retrySeconds(i + 1, day))
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600])
    expect(retrySeconds(1_000_000, day)).toBe(3600)
  })
})
