import type { ItemStatus } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import { boundedNews, boundedStatus, mostEntries } from './bounds.ts'

const items = (count: number, message = ''): ItemStatus[] =>
  Array.from({ length: count }, (_, i) => ({
    itemId: `item ${i}`,
    type: 'service',
    version: '1.0.0',
    state: 'failed',
    error: { aosCode: 1, exitCode: 0, message },
  }))

describe('what is kept of a unit', () => {
  it('is all of what a large unit says', () => {
    const status = { isDelta: false, items: items(mostEntries.items), subjects: ['s'] }
    expect(boundedStatus(status)).toEqual({ status, cut: [] })
  })

  it('is the first of more, and what is left out is said', () => {
    const { status, cut } = boundedStatus({ isDelta: false, items: items(3000), subjects: Array(1025).fill('s') })
    expect([status?.items?.length, status?.subjects?.length]).toEqual([2048, 1024])
    expect(cut).toEqual(['items: 3000 of at most 2048', 'subjects: 1025 of at most 1024'])
  })

  it('is nothing of what is too large even so', () => {
    const { status, cut } = boundedStatus({ isDelta: false, items: items(2000, 'x'.repeat(3000)) })
    expect(status).toBeUndefined()
    expect(cut).toEqual([expect.stringMatching(/^\d{7} bytes of at most 4194304$/)])
  })

  it('is the newest of its news, but for those that are too large', () => {
    expect(boundedNews(['a', 'b', 'c'], 2)).toEqual({ kept: ['b', 'c'], cut: 1 })
    expect(boundedNews(['a', 'x'.repeat(2 ** 20)], 9)).toEqual({ kept: ['a'], cut: 1 })
  })
})
