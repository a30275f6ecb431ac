import { claimOrder } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { claimDraft, claimOrderOf } from './claim-form.ts'
import { endText, forText, openText, sharesOfUses } from './claim-text.ts'

const now = Date.parse('2026-11-22T08:00:00.000Z')

describe('a claim that is asked for', () => {
  it('is for so many units and ends, or for one unit, for ever', () => {
    expect(claimOrderOf({ ...claimDraft(), uses: '20' }, now)).toEqual({
      uses: 20,
      expiresAt: '2026-11-29T08:00:00.000Z',
    })
    const one = claimOrderOf({ whom: 'one', uses: '20', systemId: 'boat-1', days: '' }, now)
    expect(one).toEqual({ systemId: 'boat-1' })
    expect(claimOrder.safeParse(one).success).toBe(true)
  })
})

describe('a claim in words', () => {
  it('says whom it lets in and until when', () => {
    expect([
      forText({ systemId: 'boat-1', uses: 1 }),
      forText({ systemId: null, uses: 1 }),
      forText({ systemId: null, uses: 2000 }),
    ]).toEqual(['only boat-1', 'any one unit', 'any 2,000 units'])
    const ends = ['2026-11-25T07:59:00.000Z', '2026-11-22T09:00:00.000Z'].map((expiresAt) =>
      endText({ expiresAt }, now),
    )
    expect([...ends, endText({ expiresAt: null }, now)]).toEqual(['ends in 3 days', 'ends in 60 min', 'without end'])
    expect(endText({ expiresAt: '2026-11-22T07:00:00.000Z' }, now)).toMatch(/^ended /)
  })

  it('counts who may still come', () => {
    expect(openText([])).toBe('No unit may enrol now: no claim is open.')
    expect(openText([{ usesLeft: 1 }])).toBe('1 more unit may enrol, with 1 open claim.')
    expect(openText([{ usesLeft: 4 }, { usesLeft: 1 }])).toBe('5 more units may enrol, with 2 open claims.')
  })

  it('has what is left of it only while it is open', () => {
    expect(sharesOfUses({ state: 'open', uses: 5, usesLeft: 3 })).toMatchObject([
      { count: 2 },
      { name: 'left', count: 3 },
    ])
    expect(sharesOfUses({ state: 'withdrawn', uses: 5, usesLeft: 3 })[1]).toMatchObject({ name: 'not used', count: 3 })
  })
})
