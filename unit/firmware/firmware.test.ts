import { createLog } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { FakeClock } from '@windlass/platform/fakes'
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
