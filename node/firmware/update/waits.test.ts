import { parseWindow } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { FakeDevice, fakeSettings } from '../fake-device.ts'
import { fakeRelease } from '../fake-release.ts'
import { uidOf } from '../fake-update-server.ts'
import type { Settings } from '../settings.ts'
import type { StateName } from './diagram.ts'

const hourMs = 3_600_000
/** The fake clock begins at three in the morning: the window opens the next night. */
const nightly = parseWindow('daily 02:00-03:00')
const windowed: Settings = {
  ...fakeSettings,
  policy: { ...fakeSettings.policy, windows: nightly ? [nightly] : [] },
}
const metered: Settings = { ...fakeSettings, link: { metered: 'auto', command: null, interfaces: ['wwan0'] } }
const routes = (iface: string) => `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask
${iface}\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
`

function offering(settings: Settings) {
  const device = new FakeDevice()
  device.settings = settings
  device.server.offered = fakeRelease('2')
  const updated = (version = '2') => device.live(() => device.server.lastVersion === version)
  /** Calls back once, as soon as the agent has been in the state for so long. */
  const inState = (state: StateName, afterMs: number, act: () => void) => {
    let acted = false
    device.onMove = (to) => {
      if (to !== state || acted) return
      acted = true
      void device.clock.sleep(afterMs).then(act)
    }
  }
  const waits = () => device.server.requests.flatMap(({ headers }) => headers['windlass-waits'] ?? [])
  return { device, server: device.server, updated, inState, waits }
}

describe('a staged package', () => {
  it('waits for its window, and the server hears why', async () => {
    const { device, updated, waits } = offering(windowed)
    await updated()
    expect(waits().length).toBeGreaterThan(20)
    expect(waits()[0]).toBe('window opens 2026-01-03T02:00:00.000Z')
    expect(device.version).toBe('2')
  })

  it('gives way to another one that the server offers meanwhile', async () => {
    const { device, server, updated, inState } = offering(windowed)
    inState('staged', 2 * hourMs, () => (server.offered = fakeRelease('3')))
    await updated('3')
    expect(device.version).toBe('3')
    expect(server.reports.filter(({ status }) => status === 'installing')).toHaveLength(1)
  })

  it('is dropped when the server does not want it any more', async () => {
    const { device, server, inState } = offering(windowed)
    inState('staged', 2 * hourMs, () => (server.offered = undefined))
    await device.live(() => device.states.includes('staged'))
    expect(device.version).toBe('1')
    expect(server.seen).not.toContain('report installing')
  })

  it('is installed although the server is away when the window opens', async () => {
    const { device, server, inState } = offering(windowed)
    inState('staged', 1, () => device.http.fault('http://fleet.test', 'refuse', 24))
    await device.live(() => server.lastVersion === '2')
    expect(device.version).toBe('2')
  })

  it('is replaced as often as there are newer ones, without an end of moves', async () => {
    const { device, server } = offering({ ...windowed, policy: { ...windowed.policy, holdFile: '/hold' } })
    device.files.put('/hold', '')
    let version = 2
    device.onMove = (to) => {
      if (to !== 'staged') return
      if (version === 16) void device.files.remove('/hold')
      else server.offered = fakeRelease(String.fromCharCode(48 + ++version))
    }
    await device.live(() => server.lastVersion === String.fromCharCode(48 + 16))
    expect(server.reports.map(({ status }) => status)).not.toContain('error')
  })
})

describe('on a metered link', () => {
  it('nothing is fetched until the link is another one', async () => {
    const { device, server, updated, inState, waits } = offering(metered)
    device.files.put('/proc/net/route', routes('wwan0'))
    let fetched: string[] = []
    inState('waiting', 5 * hourMs, () => {
      fetched = server.seen.filter((seen) => seen !== 'POST /upgrades')
      device.files.put('/proc/net/route', routes('eth0'))
    })
    await updated()
    expect(fetched).toEqual([])
    expect(new Set(waits())).toEqual(new Set(['metered link (wwan0)']))
    expect(device.version).toBe('2')
  })

  it('a package is fetched which the server lets pass', async () => {
    const { device, server, updated } = offering({ ...fakeSettings, link: { ...fakeSettings.link, metered: 'always' } })
    server.metered = true
    await updated()
    expect(device.states).not.toContain('waiting')
  })

  it('a package is fetched which somebody on the device lets pass, and no other', async () => {
    const { device, server, updated, inState } = offering({
      ...fakeSettings,
      link: { ...fakeSettings.link, metered: 'always' },
    })
    const [first] = [server.offered]
    inState('waiting', hourMs, () => void device.api().link.allow(first ? uidOf(first) : ''))
    await updated()
    expect(device.version).toBe('2')
    server.offered = fakeRelease('3')
    inState('waiting', hourMs, () => (server.offered = undefined))
    await device.live(() => server.offered === undefined)
    expect(device.version).toBe('2')
  })

  it('a download stops that began on another one, and goes on later', async () => {
    const { device, server, updated } = offering(metered)
    device.files.put('/proc/net/route', routes('eth0'))
    device.onMove = (to) => {
      if (to === 'download' && !device.states.includes('waiting')) {
        device.http.fault('http://fleet.test', { drip: 500, everyMs: 1_000 })
        void device.clock.sleep(1).then(() => device.files.put('/proc/net/route', routes('wwan0')))
      }
      if (to !== 'waiting') return
      device.http.fault('http://fleet.test', undefined)
      void device.clock.sleep(hourMs).then(() => device.files.put('/proc/net/route', routes('eth0')))
    }
    await updated()
    expect(device.states.filter((state) => state === 'waiting')).toHaveLength(1)
    expect(server.seen.filter((seen) => seen.startsWith('GET'))).toEqual([
      'GET object',
      expect.stringMatching(/bytes=\d+-/),
    ])
  })
})
