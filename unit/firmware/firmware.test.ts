import { createLog } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { FakeClock } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { FakeFirmware } from './fake-firmware.ts'
import { FakeManager } from './fake-manager.ts'
import { testFirmware } from './firmware.contract.ts'
import { ManagerLinks } from './manager-links.ts'
import { UnitFirmware } from './unit-firmware.ts'
import { UpdateRecord } from './update-record.ts'

testFirmware('the fake', async () => {
  const firmware = new FakeFirmware()
  firmware.put('um1', 'rootfs_1', '1.0.0')
  return { firmware, breaks: (phase) => void firmware.broken.push(phase) }
})

testFirmware('the unit', async () => {
  const log = createLog([], () => 0)
  const links = new ManagerLinks({ expects: () => true, refuses: () => undefined }, log)
  const record = new UpdateRecord(openDatabase(':memory:'))
  const firmware = new UnitFirmware({ links, record, clock: new FakeClock(), log })
  const manager = new FakeManager('um1', { rootfs_1: '1.0.0' })
  void links.attend(manager.dial())
  while (firmware.managers().length === 0) await new Promise((resolve) => setImmediate(resolve))
  return { firmware, breaks: (phase) => void (manager.answers[phase] = 'fail') }
})

describe('a unit that has just started', () => {
  const begun = () => {
    const log = createLog([], () => 0)
    const clock = new FakeClock()
    const links = new ManagerLinks({ expects: () => true, refuses: () => undefined }, log)
    const record = new UpdateRecord(openDatabase(':memory:'))
    const times = { connectMs: 60_000, answerMs: 60_000 }
    const firmware = new UnitFirmware({ links, record, clock, log, times, expected: () => ['um1'] })
    return { clock, links, gathered: firmware.gather(new AbortController().signal).then(() => true) }
  }
  const nobody = Promise.resolve(false)

  it('waits for the update managers that it has not heard of', async () => {
    const { links, gathered } = begun()
    expect(await Promise.race([gathered, nobody])).toBe(false)
    void links.attend(new FakeManager('um1', { rootfs_1: '1.0.0' }).dial())
    expect(await gathered).toBe(true)
  })

  it('waits no longer than one may stay away', async () => {
    const { clock, gathered } = begun()
    await clock.advance(60_000)
    expect(await gathered).toBe(true)
  })
})
