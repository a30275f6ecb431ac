import { gzipSync } from 'node:zlib'
import { generateKeys, sign } from '@windlass/trust'
import { tarOf } from '@windlass/trust/fakes'
import { describe, expect, it } from 'vitest'
import { FakeDevice, fakeImage, fakeServerAddress, fakeSettings } from './fake-device.ts'
import { fakeRelease as release } from './fake-release.ts'
import type { FakePackage } from './fake-update-server.ts'

const happy = ['entry_point', 'probe', 'validation', 'download', 'validation', 'staged', 'install', 'reboot', 'reboot']

describe('the agent', () => {
  it('updates from a server, proves the new set and tells the server what runs now', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2')
    await device.live(() => device.server.lastVersion === '2')
    expect(device.version).toBe('2')
    expect(device.states).toEqual(['poll', ...happy.slice(1), 'entry_point', 'probe', 'entry_point', 'poll'])
    expect(device.server.seen).toEqual([
      'POST /upgrades',
      'report downloading',
      'GET object',
      'report downloaded',
      'report installing',
      'report installed',
      'report rebooting',
      'report rebooting',
      'POST /upgrades',
    ])
    expect(device.events).toEqual([
      'callback probe',
      'callback download',
      'callback install',
      'activate b',
      'callback reboot',
      'reboot',
      'validate',
      'validated',
      'callback probe',
    ])
  })

  it('goes back when the new set is sick, says so, and does not try the package again', async () => {
    const device = new FakeDevice()
    const { server } = device
    server.offered = release('2')
    server.insists = true
    device.sick.add('2')
    await device.live(() => server.reports.filter(({ status }) => status === 'error').length >= 2)
    expect(device.version).toBe('1')
    expect(device.events.filter((event) => event === 'reboot')).toHaveLength(2)
    expect(device.events).toContain('rollback')
    const [rolledBack, refused] = server.reports.filter(({ status }) => status === 'error')
    expect(rolledBack).toMatchObject({ 'previous-state': 'reverting', version: '1' })
    expect(rolledBack?.['error-message']).toBe('validate_failed: the service does not answer')
    expect(refused?.['error-message']).toMatch(/^package_refused_before: /)
  })

  it('goes back when a declared check does not hold in the new set', async () => {
    const device = new FakeDevice()
    device.settings = { ...fakeSettings, health: { ...fakeSettings.health, http: ['http://localhost:3000/health'] } }
    device.server.offered = release('2')
    await device.live(() => device.server.reports.some(({ status }) => status === 'error'))
    expect(device.version).toBe('1')
    expect(device.server.reports.at(-1)?.['error-message']).toMatch(/^validate_failed: not healthy after 60 s: /)
  })

  it('notices that the boot loader fell back by itself', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2')
    device.panics.add('2')
    await device.live(() => device.server.reports.some(({ status }) => status === 'error'))
    expect(device.version).toBe('1')
    expect(device.events).not.toContain('validate')
    expect(device.events).not.toContain('rollback')
    expect(device.server.reports.at(-1)).toMatchObject({ 'previous-state': 'reverting' })
    expect(device.server.reports.at(-1)?.['error-message']).toMatch(/^fell_back: /)
  })

  it('is reset by the watchdog when the new set hangs in its check, until the boot loader goes back', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2')
    device.onValidate = (stop) => new Promise((_, reject) => stop.addEventListener('abort', () => reject(stop.reason)))
    await device.live(() => device.server.reports.some(({ status }) => status === 'error'))
    expect(device.version).toBe('1')
    const boot = device.events.filter((event) => /^(reboot|validate$|watchdog|fell)/.test(event))
    expect(boot).toEqual(['reboot', 'validate', 'watchdog bites', 'validate', 'watchdog bites', 'fell back to a'])
    expect(device.server.reports.at(-1)?.['error-message']).toMatch(/^fell_back: /)
  })

  it('arms the watchdog before it orders the restart, feeds it in the trial, and lets it go when all is well', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2')
    const armed: [string, boolean][] = []
    device.onMove = (to) => armed.push([to, device.watchdog.armed])
    device.settings = {
      ...fakeSettings,
      health: { ...fakeSettings.health, minimumUptimeMs: 600_000, withinMs: 900_000 },
    }
    await device.live(() => device.server.lastVersion === '2')
    expect(device.version).toBe('2')
    expect(device.events).not.toContain('watchdog bites')
    expect(armed.filter(([, is]) => is).map(([to]) => to)).toEqual(['reboot'])
    expect(device.watchdog.written).toMatch(/^\.{30,}V$/)
  })

  it('refuses what is not signed by its key before a byte is fetched', async () => {
    const device = new FakeDevice()
    const { publicKey, privateKey } = await generateKeys(2048)
    device.files.put('/key.pub', publicKey)
    const good = release('2')
    device.server.offered = {
      ...good,
      metadata: good.metadata.replace('v2.img', 'v3.img'),
      signature: sign(privateKey, Buffer.from(good.metadata)),
    }
    await device.live(() => device.server.reports.length > 0)
    expect(device.server.seen).not.toContain('GET object')
    expect(device.server.reports.at(-1)?.['error-message']).toMatch(/^signature_mismatch: /)
    expect(device.versionOf('b')).toBe('0')
    device.server.offered = { ...good, signature: sign(privateKey, Buffer.from(good.metadata)) }
    await device.live(() => device.server.lastVersion === '2')
    expect(device.version).toBe('2')
  })

  it('refuses an object that is not what the metadata says, and leaves the slot alone', async () => {
    const device = new FakeDevice()
    const payload = fakeImage('2')
    payload[100] = 0
    device.server.offered = release('2', { payload })
    await device.live(() => device.server.reports.some(({ status }) => status === 'error'))
    expect(device.server.reports.at(-1)?.['error-message']).toMatch(/^object_mismatch: /)
    expect(device.versionOf('b')).toBe('0')
  })

  it('keeps a set that proved itself when the disk does not take it down at first', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2')
    device.onValidate = () => {
      device.onValidate = () => {}
      device.files.failNext('rename', 'ENOSPC')
    }
    await device.live(() => device.server.lastVersion === '2')
    expect(device.version).toBe('2')
    expect(device.events.filter((event) => event === 'validate')).toHaveLength(2)
    expect(device.server.reports.map(({ status }) => status)).not.toContain('error')
  })

  it('gives up a server that drips its answer, and asks again later', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2')
    device.http.fault(fakeServerAddress, { drip: 1, everyMs: 20_000 }, 1)
    await device.live(() => device.server.lastVersion === '2')
    expect(device.server.seen.filter((seen) => seen === 'POST /upgrades')).toHaveLength(3)
  })

  it('refuses a package that has nothing for the spare set', async () => {
    const device = new FakeDevice()
    const metadata = JSON.stringify({ product: 'p', version: '2', objects: [[], []] })
    device.server.offered = { version: '2', metadata, objects: new Map() }
    await device.live(() => device.server.reports.length > 0)
    expect(device.server.reports.at(-1)?.['error-message']).toMatch(/^requirement_failed: package has nothing/)
    expect(device.version).toBe('1')
  })

  it('says why it does not take a package for other hardware', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2', { hardware: 'gw-mk9' })
    await device.live(() => device.server.reports.length > 0)
    expect(device.server.reports.at(-1)).toMatchObject({
      'previous-state': 'validation',
      'error-message': 'hardware_unsupported: package is for hardware gw-mk9, this device is "gw-mk2"',
    })
  })
})

/** The same as a file, whose objects have to be unpacked. */
function archiveOf({ metadata, objects }: FakePackage): Buffer {
  const parts = [...objects].map(([name, bytes]) => ({ name, data: Buffer.from(bytes) }))
  return gzipSync(tarOf([{ name: 'metadata', data: metadata }, { name: 'signature' }, ...parts]))
}

describe('a package file', () => {
  it('takes the room of what an aborted download left', async () => {
    const device = new FakeDevice({ capacity: 100_000 })
    device.settings = { ...fakeSettings, polling: { ...fakeSettings.polling, enabled: false } }
    device.files.put(`/data/download/${'a'.repeat(64)}`, new Uint8Array(60_000))
    device.files.put('/data/gw-2.uhupkg', archiveOf(release('2')))
    let asked = false
    await device.live(() => {
      if (!asked) void device.agent?.runner.order({ on: 'install_file', source: '/data/gw-2.uhupkg' })
      asked = true
      return device.version === '2'
    })
    expect(device.version).toBe('2')
  })
})

const changing: ReadonlySet<string> = new Set(['create', 'write', 'truncate', 'sync', 'rename', 'remove', 'makeFolder'])

/** Every change of the disk during an update, as a moment at which the power may go. */
async function moments(version: string, arrange: (device: FakeDevice) => void): Promise<number> {
  const device = new FakeDevice()
  arrange(device)
  let changes = 0
  await device.live(() => device.server.lastVersion === version && device.server.reports.length > 0)
  for (const { op } of device.files.operations) if (changing.has(op)) changes++
  return changes
}

/** The moment at which this record is on the disk for the n-th time. */
async function momentOfRecord(path: string, times: number, arrange: (device: FakeDevice) => void): Promise<number> {
  const device = new FakeDevice()
  arrange(device)
  await device.live(() => device.server.reports.length > 0)
  const changes = device.files.operations.filter(({ op }) => changing.has(op))
  const renames = changes.flatMap(({ op, path: of }, index) => (op === 'rename' && of.includes(path) ? [index] : []))
  // One more: the folder is synced.
  return (renames[times - 1] ?? Infinity) + 2
}

describe('an agent that dies right after it switched', () => {
  it('takes the choice back and confirms the running set before it writes again', async () => {
    const device = new FakeDevice()
    device.server.offered = release('2')
    device.crashesOn = 'activate b'
    await device.live(() => device.server.lastVersion === '2')
    const boot = device.events.filter((event) => /^(activate|validated|reboot)/.test(event))
    expect(boot).toEqual(['activate b', 'activate a', 'validated', 'activate b', 'reboot', 'validated'])
    expect(device.version).toBe('2')
  })
})

describe('power may go at any moment', () => {
  it('of a good update: the device runs old or new, never a mix, and ends with the new', async () => {
    const arrange = (device: FakeDevice) => {
      device.server.offered = release('2')
    }
    const last = await moments('2', arrange)
    expect(last).toBeGreaterThan(50)
    for (let moment = 1; moment <= last; moment++) {
      const device = new FakeDevice({ seed: moment })
      arrange(device)
      device.cutPowerAfter(moment)
      await device.live(() => {
        expect(['1', '2'], `cut after change ${moment}`).toContain(device.version)
        return device.server.lastVersion === '2'
      })
      expect(device.version, `cut after change ${moment}`).toBe('2')
      expect(device.events).not.toContain('fell back to a')
    }
  })

  it('of an update that does not boot: the device ends with the old, and what was tried is not installed again', async () => {
    const arrange = (device: FakeDevice) => {
      device.server.offered = release('2')
      device.panics.add('2')
    }
    const last = await moments('1', arrange)
    const switched = await momentOfRecord('/trial.json', 2, arrange)
    for (let moment = 1; moment <= last; moment++) {
      const device = new FakeDevice({ seed: moment })
      arrange(device)
      device.cutPowerAfter(moment)
      await device.live(() => device.server.reports.some(({ status }) => status === 'error') && device.running === 'a')
      expect(device.version, `cut after change ${moment}`).toBe('1')
      const tries = device.events.filter((event) => event === 'fell back to a').length
      // Between the boot loader's yes and its record nobody can tell whether it said yes.
      if (moment >= switched) expect(tries, `cut after change ${moment}`).toBe(1)
      else expect(tries, `cut after change ${moment}`).toBeLessThanOrEqual(2)
    }
  })

  it('of an update that turns out sick: the device ends with the old, and the server knows', async () => {
    const arrange = (device: FakeDevice) => {
      device.server.offered = release('2')
      device.sick.add('2')
    }
    const last = await moments('1', arrange)
    for (let moment = 1; moment <= last; moment++) {
      const device = new FakeDevice({ seed: moment })
      arrange(device)
      device.cutPowerAfter(moment)
      await device.live(() => device.server.reports.some(({ status }) => status === 'error') && device.running === 'a')
      expect(device.version, `cut after change ${moment}`).toBe('1')
      const error = device.server.reports.find(({ status }) => status === 'error')
      expect(error?.['previous-state'], `cut after change ${moment}`).toBe('reverting')
    }
  })
})
