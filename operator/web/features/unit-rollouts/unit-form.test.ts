import { unitRolloutOrder } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { phaseDraft } from '../plan/phase-draft.ts'
import { chosenIn } from './chosen.ts'
import { type UnitRolloutDraft, unitOrderOf, unitRolloutDraft } from './unit-form.ts'

describe('a rollout of a release that is being made', () => {
  const draft: UnitRolloutDraft = {
    ...unitRolloutDraft(2, {}),
    model: 'boat',
    group: 'barges',
    query: 'label.site = Oslo',
    units: ['b1'],
  }

  it('is for whom was chosen last, whatever else was typed', () => {
    const ways = (['all', 'model', 'group', 'query', 'units'] as const).map(
      (whom) => unitOrderOf({ ...draft, whom }).to,
    )
    expect(ways).toEqual([
      { all: true },
      { model: 'boat' },
      { group: 'barges' },
      { query: 'label.site = Oslo' },
      { units: ['b1'] },
    ])
  })

  it('lets a group of units be a phase, and leaves nobody to be refused', () => {
    const phases = [phaseDraft(1, { amount: 'canary', unit: 'group' })]
    const order = unitOrderOf({ ...draft, phases })
    expect(order.phases?.[0]?.size).toEqual({ group: 'canary' })
    expect(unitRolloutOrder.safeParse(order).error).toBeUndefined()
    expect(unitRolloutOrder.safeParse(unitOrderOf({ ...draft, whom: 'units', units: [] })).success).toBe(false)
  })

  it('begins with what the address says', () => {
    expect(chosenIn({ release: '3', units: ['b1', 7, 'b2'] })).toEqual({ release: 3, units: ['b1', 'b2'] })
    expect(chosenIn({ release: 'x', units: 'b1' })).toEqual({})
    expect(unitRolloutDraft(3, { units: ['b1'] })).toMatchObject({ release: 3, whom: 'units', units: ['b1'] })
  })
})
