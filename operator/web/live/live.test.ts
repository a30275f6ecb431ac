import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { happeningOf } from './happening.ts'
import { meanings, statusMeaning, tally } from './meaning.ts'
import { agoText, bytesText, countText, secondsText } from './quantities.ts'
import { touchedBy } from './touched.ts'

const at = '2026-11-22T08:00:00.000Z'
const device = 'a'.repeat(64)

describe('what an event touches', () => {
  it('is everything after the line was away', () => {
    expect(touchedBy({ kind: 'connected', at })).toEqual([[]])
  })

  it('is a device, its history, the lists, and every rollout that counts it', () => {
    const event = { kind: 'report', at, device, package: 'p', status: 'installing', errorMessage: null } as const
    expect(touchedBy(event)).toEqual([['devices'], ['device', device], ['history', device], ['rollouts'], ['rollout']])
  })

  it('is every device when a rollout starts or is aborted: what they are told next may change', () => {
    expect(touchedBy({ kind: 'rollout', at, rollout: 7, change: 'aborted' })).toContainEqual(['device'])
  })

  it('is one unit, the list of units, and the rollouts that may bring it something', () => {
    const event = { kind: 'unit', at, unit: 'u1', change: 'changed', standing: 'arrived' } as const
    expect(touchedBy(event)).toEqual([['units'], ['unit', 'u1'], ['unit rollouts'], ['unit rollout']])
  })
})

describe('what happened', () => {
  it('says a failure with its reason and leads to its device', () => {
    const event = { kind: 'report', at, device, package: 'p', status: 'error', errorMessage: 'no_space: full' } as const
    const about = { page: 'device', id: device }
    expect(happeningOf(event)).toEqual({ at, what: 'reports error: no_space: full', meaning: 'failed', about })
  })

  it('holds a unit that left the line, however it stood', () => {
    const event = { kind: 'unit', at, unit: 'u1', change: 'disconnected', standing: 'arrived' } as const
    expect(happeningOf(event).meaning).toBe('held')
  })
})

describe('meanings', () => {
  it('of a list add up to its length', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('idle', 'error', 'installing', 'updated', 'new word')), (list) => {
        const counts = tally(list, statusMeaning)
        expect(meanings.reduce((sum, meaning) => sum + counts[meaning], 0)).toBe(list.length)
      }),
    )
  })
})

describe('quantities', () => {
  it('are short and say their unit', () => {
    expect([0, 999, 1500, 64_000_000, 2.5e9].map(bytesText)).toEqual(['0 B', '999 B', '1.5 KB', '64 MB', '2.5 GB'])
    expect([-9, 61_000, 7.2e6, 86.4e6, 9e8].map(agoText)).toEqual([
      'just now',
      '1 min ago',
      '2 h ago',
      '1 day ago',
      '10 days ago',
    ])
    expect([30, 600, 15_120].map(secondsText)).toEqual(['30 s', '10 min', '4 h 12 min'])
    expect([countText(1, 'device'), countText(1200, 'device')]).toEqual(['1 device', '1,200 devices'])
  })
})
