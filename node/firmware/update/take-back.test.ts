import { describe, expect, it } from 'vitest'
import { FakeDevice } from '../fake-device.ts'
import { fakeRelease } from '../fake-release.ts'
import { UpdateError } from '../update-error.ts'

/** The device is to be updated, and its callback does not want the restart. */
function unwilling(seed = 1) {
  const device = new FakeDevice({ seed })
  const { server } = device
  server.offered = fakeRelease('2')
  device.onCommand = (command) => {
    if (command === 'callback reboot') throw new UpdateError('callback_failed', 'no luck')
  }
  /** What was to start next each time the server heard of a failure. */
  const nextWhenTold: string[] = []
  server.onReport = ({ status }) => {
    if (status === 'error') nextWhenTold.push(device.next)
  }
  const boot = () => device.events.filter((event) => /^(activate|validated|reboot|fell)/.test(event))
  return { device, server, nextWhenTold, boot, isTold: () => nextWhenTold.length > 0 }
}

/** At the next change of the disk; then the device starts, and comes to rest. */
async function powerGoes(device: FakeDevice): Promise<void> {
  let isGone = false
  device.cutPowerAfter(1, () => (isGone = true))
  await device.live(() => isGone)
}

describe('an update that fails after the switch', () => {
  it('is switched back before the server hears of it, and never starts', async () => {
    const { device, server, nextWhenTold, boot, isTold } = unwilling()
    await device.live(isTold)
    for (let cuts = 0; cuts < 4; cuts++) await powerGoes(device)
    expect(boot()).toEqual(['activate b', 'activate a', 'validated'])
    expect(nextWhenTold).toEqual(['a'])
    expect(device.version).toBe('1')
    expect(server.reports.at(-1)).toMatchObject({ 'previous-state': 'rebooting' })
    expect(server.reports.at(-1)?.['error-message']).toBe('callback_failed: no luck')
  })

  it('may be installed once more when it is offered again', async () => {
    const { device, server, isTold } = unwilling()
    server.insists = true
    await device.live(isTold)
    device.onCommand = () => {}
    await device.live(() => server.lastVersion === '2')
    expect(device.version).toBe('2')
  })

  it('is told only when the boot loader was switched back, however long that takes, and no watchdog bites meanwhile', async () => {
    const { device, nextWhenTold, isTold } = unwilling()
    let refusals = 60
    device.onCommand = (command) => {
      if (command === 'reboot') throw new UpdateError('reboot_failed', 'no such program')
      if (command === 'activate a' && refusals-- > 0) throw new UpdateError('slots_failed', 'the environment is locked')
    }
    await device.live(isTold)
    expect(nextWhenTold).toEqual(['a'])
    expect(device.events).not.toContain('watchdog bites')
    expect(refusals).toBe(-1)
  })

  it('is switched back as well when the switch failed and took effect all the same', async () => {
    const { device, nextWhenTold, isTold, boot } = unwilling()
    device.failsAfter = 'activate b'
    await device.live(isTold)
    expect(boot()).toEqual(['activate b', 'activate a', 'validated'])
    expect(nextWhenTold).toEqual(['a'])
    expect(device.server.reports.at(-1)).toMatchObject({ 'previous-state': 'installing' })
  })

  it.each(['activate a', 'validated'])('is switched back by the next agent when one dies after "%s"', async (event) => {
    const { device, nextWhenTold, isTold } = unwilling()
    device.crashesOn = event
    await device.live(isTold)
    expect(new Set(nextWhenTold)).toEqual(new Set(['a']))
    expect(device.events).not.toContain('reboot')
    expect(device.version).toBe('1')
  })

  it('is either told and starts no more or proves itself, wherever power goes', async () => {
    const changing = new Set<string>(['create', 'write', 'truncate', 'sync', 'rename', 'remove', 'makeFolder'])
    const whole = unwilling()
    await whole.device.live(whole.isTold)
    const last = whole.device.files.operations.filter(({ op }) => changing.has(op)).length
    const ends = new Set<string>()
    for (let moment = 1; moment <= last; moment++) {
      const { device, server, nextWhenTold, isTold } = unwilling(moment)
      device.cutPowerAfter(moment)
      await device.live(() => isTold() || server.lastVersion === '2')
      const told = isTold() ? 'told' : 'proved'
      ends.add(`${told} ${device.version}`)
      expect(nextWhenTold.join(''), `cut after change ${moment}`).toMatch(/^a*$/)
      expect(device.next, `cut after change ${moment}`).toBe(device.running)
    }
    expect(ends).toEqual(new Set(['told 1', 'proved 2']))
  })
})

describe('a restart that the callback cancels', () => {
  it('is put off: the new set starts next, is not written again, and nobody hears of a failure', async () => {
    const { device, server, nextWhenTold } = unwilling()
    device.onCommand = () => {}
    device.cancelled.add('reboot')
    await device.live(() => server.seen.filter((seen) => seen === 'POST /upgrades').length > 3)
    expect(device.next).toBe('b')
    expect(server.seen.filter((seen) => seen === 'report installing')).toHaveLength(1)
    await powerGoes(device)
    await device.live(() => server.lastVersion === '2')
    expect(device.version).toBe('2')
    expect(nextWhenTold).toEqual([])
  })
})
