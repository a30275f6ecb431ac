import { describe, expect, it } from 'vitest'
import { planFacts } from './plan-text.ts'
import { whoMay } from './who-may.ts'

describe('a yes to the next phase', () => {
  const by = ['anna', 'bo']

  it('is said by whoever signed in, in his own name only', () => {
    expect(whoMay({ kind: 'user', name: 'bo', grants: [] }, by)).toEqual(['bo'])
    expect(whoMay({ kind: 'user', name: 'carl', grants: [] }, by)).toEqual([])
  })

  it('is believed of any of them where nobody has a name', () => {
    expect(whoMay({ kind: 'anyone', name: 'anyone', grants: [] }, by)).toEqual(by)
  })
})

describe('a plan in words', () => {
  const open = { phases: [], windows: [], timeZone: 'UTC', speed: {}, health: null }

  it('says nothing that it leaves open', () => {
    expect(planFacts(open)).toEqual([])
  })

  it('says when, how fast, and what pauses it', () => {
    const plan = { ...open, windows: ['daily 02:00-04:00'], speed: { atOnce: 1 }, health: { falseAlarmPercent: 1 } }
    expect(planFacts(plan).map(({ text }) => text)).toEqual([
      'daily 02:00-04:00 (UTC)',
      '1 device under way at once',
      'when updated devices fare worse (false alarms: 1 % of harmless rollouts)',
    ])
  })
})
