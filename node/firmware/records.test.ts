import { createLog } from '@windlass/platform'
import { FakeFiles } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { fileRecords } from './records.ts'

it('everybody finds the machine in the same state, whatever the disk does between two reads', async () => {
  const files = new FakeFiles()
  const log = createLog([], () => 0)
  const open = () => fileRecords({ runtimeSettingsPath: '/data/runtime.conf', readOnly: false }, files, log)
  await open().machine.save({ version: 1, moves: 3, state: { at: 'park' } })
  const { machine } = open()
  const found = await machine.load()
  await files.replace('/data/windlass/journal.json', 'oops')
  expect(await machine.load()).toEqual(found)
  expect(found).toMatchObject({ moves: 3 })
})
