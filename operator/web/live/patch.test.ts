import type { DeviceRecord } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { isShort, newsIn, patched } from './patch.ts'

const at = '2026-11-22T08:00:00.000Z'
const record = (id: string): DeviceRecord => ({
  id,
  product: 'p',
  version: '1.0',
  hardware: 'h',
  identity: {},
  attributes: {},
  labels: {},
  status: 'idle',
  firstSeen: at,
  lastSeen: at,
})
const pages = [
  { devices: [record('a'), record('b')], next: 'b' },
  { devices: [record('c')], next: null },
]

describe('news of devices', () => {
  it('change the rows they are about, and leave every other page the same object', () => {
    const list = { pages, pageParams: [] }
    const after = patched(list, new Map([['c', { status: 'installing', lastSeen: at }]]))
    expect(after.pages[0]).toBe(pages[0])
    expect(after.pages[1]?.devices[0]).toEqual({ ...record('c'), status: 'installing' })
  })

  it('about devices that are not shown change nothing at all', () => {
    const list = { pages, pageParams: [] }
    expect(patched(list, new Map([['z', { lastSeen: at }]]))).toBe(list)
  })

  it('are in reports and in what a device says, not in what an operator allows', () => {
    const event = { kind: 'device', at, device: 'a', version: '2.0', status: 'idle' } as const
    expect(newsIn({ ...event, change: 'changed' })).toEqual(['a', { status: 'idle', version: '2.0', lastSeen: at }])
    expect(newsIn({ ...event, change: 'retry' })).toBeNull()
  })

  it('do not make a long list be read anew', () => {
    expect(isShort({ pages: [1, 2, 3] })).toBe(true)
    expect(isShort({ pages: [1, 2, 3, 4] })).toBe(false)
    expect(isShort([1, 2, 3, 4])).toBe(true)
  })
})
