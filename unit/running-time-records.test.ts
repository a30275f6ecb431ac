import { openDatabase } from '@windlass/platform/database'
import { memoryRunningTimeRecords } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { ItemRecords } from './images/item-records.ts'
import { Records } from './launcher/records.ts'
import { runningTimeRecords } from './running-time-records.ts'

it.each([
  ["the unit's database", () => runningTimeRecords(openDatabase(':memory:'))],
  ['memory', memoryRunningTimeRecords],
] as const)('keeps how long the unit ran: %s', (_, make) => {
  const records = make()
  expect(records.runningMs()).toBe(0)
  for (const ms of [600_000, 1_234_567.5]) records.saveRunningMs(ms)
  expect(records.runningMs()).toBe(1_234_567.5)
})

it('what older units noted by the wall clock counts from now, in its order', () => {
  const db = openDatabase(':memory:')
  for (const room of ['images', 'launcher']) before[room]?.(db)
  const items = new ItemRecords(db).all()
  expect(items.map(({ itemId }) => itemId)).toEqual(['old', 'new', 'from a clock that was ten years ahead'])
  for (const { changedMs } of items) expect(Math.abs(changedMs)).toBeLessThan(1)
  expect([...new Records(db).identities().values()].map(({ sinceMs }) => sinceMs)).toEqual([0])
})

type Make = (db: ReturnType<typeof openDatabase>) => void

/** Tables as they were, by room. */
const before: Readonly<Record<string, Make>> = {
  images(db) {
    new ItemRecords(db)
    const put = (itemId: string, changedMs: number) =>
      new ItemRecords(db).put({ itemId, version: '1', type: 'service', indexDigest: '', state: 'removed', changedMs })
    put('new', 1_760_000_000_000)
    put('from a clock that was ten years ahead', 2_080_000_000_000)
    put('old', 1_750_000_000_000)
    db.run("UPDATE migrations SET steps = 1 WHERE room = 'images'")
  },
  launcher(db) {
    const ident = { itemId: 'web', subjectId: 's', index: 0, type: 'service', preinstalled: false } as const
    new Records(db).saveIdentity('web', { ident, uid: 5000, gid: 5000, state: 'cached', sinceMs: 1_760_000_000_000 })
    db.exec('DROP TABLE launcher_failures')
    db.run("UPDATE migrations SET steps = 1 WHERE room = 'launcher'")
  },
}
