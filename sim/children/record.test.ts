import { describe, expect, it } from 'vitest'
import { type DemoRecord, parseRecord } from './record.ts'

const process = { pid: 4711, started: '12', boot: 'b' }
const record: DemoRecord = { windlass: 'demo', demo: process, children: [{ ...process, name: 'fleet' }] }

describe('the record of a demo', () => {
  it('is read as it was written', () => {
    expect(parseRecord(JSON.stringify(record))).toEqual(record)
    expect(parseRecord(JSON.stringify({ ...record, demo: null }))).toEqual({ ...record, demo: null })
  })

  it.each([
    ['half a file', '{"windlass":"demo","demo'],
    ['an empty file', ''],
    ['a record of something else', JSON.stringify({ ...record, windlass: 'fleet' })],
    ['a process that is every process', JSON.stringify({ ...record, children: [{ ...process, pid: -1 }] })],
    ['a process without its start', JSON.stringify({ ...record, demo: { pid: 5 } })],
  ])('is not taken from %s', (_, text) => {
    expect(parseRecord(text)).toBeUndefined()
  })
})
