import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import type { RunningTimeRecords } from '@windlass/platform'
import { memoryRunningTimeRecords } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { type ImageRecords, memoryImageRecords } from '../images/image-records.ts'
import { memoryInstanceRecords } from '../instances/memory-records.ts'
import type { InstanceRecords } from '../instances/records.ts'
import { instanceOrder } from '../instances/sample-instances.ts'
import { memoryStorageRecords, type StorageRecords } from '../storage/storage-records.ts'
import { SqliteRecords } from './sqlite-records.ts'

type Records = InstanceRecords & ImageRecords & StorageRecords & RunningTimeRecords

function testRecords(name: string, make: () => Records): void {
  describe(name, () => {
    it('holds nothing at first', () => {
      const records = make()
      expect([records.instances(), records.images(), records.offlineSince()]).toEqual([[], [], undefined])
    })

    it('keeps the last order whole', () => {
      const records = make()
      const orders = [
        instanceOrder('a', { envVars: [{ name: 'A', value: 'ä' }], storagePath: 'a/b/0' }),
        instanceOrder('b'),
      ]
      records.saveInstances([instanceOrder('c')])
      records.saveInstances(orders)
      expect(records.instances()).toEqual(orders)
      records.saveInstances([])
      expect(records.instances()).toEqual([])
    })

    it('keeps since when the cloud is away, and forgets it', () => {
      const records = make()
      records.saveOfflineSince(1_790_000_000_000)
      expect(records.offlineSince()).toBe(1_790_000_000_000)
      records.saveOfflineSince(undefined)
      expect(records.offlineSince()).toBeUndefined()
    })

    it('keeps how long the node ran', () => {
      const records = make()
      expect(records.runningMs()).toBe(0)
      for (const ms of [600_000, 1_234_567.5]) records.saveRunningMs(ms)
      expect(records.runningMs()).toBe(1_234_567.5)
    })

    it('keeps images in order', () => {
      const records = make()
      const images = [
        { itemId: 'b', version: '1', manifestDigest: 'x' },
        { itemId: 'a', version: '2', manifestDigest: 'y', removedAt: 5 },
      ]
      records.saveImages(images)
      expect(records.images()).toEqual(images)
    })

    it('keeps folders with their projects until they are forgotten', () => {
      const records = make()
      const [a, b] = [
        { folder: '/s/a', project: 7, isMarked: false },
        { folder: '/s/b', project: 0, isMarked: true, unusedMs: 3_600_000 },
      ]
      records.saveFolder({ ...a, project: 1, isMarked: true, unusedMs: 5 })
      records.saveFolder(b)
      records.saveFolder(a)
      expect(records.folders().toSorted((one, other) => (one.folder < other.folder ? -1 : 1))).toEqual([a, b])
      expect([records.folder('/s/a'), records.folder('/s/c')]).toEqual([a, undefined])
      records.forgetFolder('/s/a')
      expect(records.folders()).toEqual([b])
    })
  })
}

testRecords('SqliteRecords', () => SqliteRecords.open(':memory:'))
testRecords('records in memory', () => ({
  ...memoryInstanceRecords(),
  ...memoryImageRecords(),
  ...memoryRunningTimeRecords(),
  ...memoryStorageRecords(),
}))

it('SqliteRecords outlive their process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'records-'))
  const first = SqliteRecords.open(join(folder, 'sm.db'))
  first.saveInstances([instanceOrder('a')])
  first.close()
  const second = SqliteRecords.open(join(folder, 'sm.db'))
  expect(second.instances()).toEqual([instanceOrder('a')])
  second.close()
  rmSync(folder, { recursive: true })
})
