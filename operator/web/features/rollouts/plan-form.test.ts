import type { PackageRecord } from '@windlass/wire/operator'
import { rolloutOrder } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { gateTexts, phaseMeaning, sizeText } from './phase-text.ts'
import { orderOf, phaseDraft, presets, type RolloutDraft } from './plan-form.ts'

const kept = { uid: 'a'.repeat(64), product: 'b'.repeat(64) } as PackageRecord
const draft: RolloutDraft = { package: kept.uid, whom: 'product', ids: '', when: '', metered: false, phases: [] }

describe('a rollout that is being made', () => {
  it('asks for no phases where there are none', () => {
    expect(orderOf(draft, kept)).toEqual({ package: kept.uid, to: { product: kept.product }, metered: false })
  })

  it('is an order the fleet reads, for each of the ready-made ways', () => {
    for (const preset of Object.values(presets)) {
      const phases = preset.map((one, at) => phaseDraft(at, one))
      expect(rolloutOrder.safeParse(orderOf({ ...draft, phases }, kept)).error).toBeUndefined()
    }
  })

  it('names who approves, and how long a phase soaks in seconds', () => {
    const phase = phaseDraft(1, { amount: '3', unit: 'count', soakMinutes: '1.5', approvers: 'anna, bo', needed: '2' })
    expect(orderOf({ ...draft, phases: [phase] }, kept).phases).toEqual([
      {
        size: { count: 3 },
        gate: { successPercent: 95, soakSeconds: 90, approval: { by: ['anna', 'bo'], needed: 2 } },
      },
    ])
  })

  it('leaves a wrong number to be refused', () => {
    const order = orderOf({ ...draft, phases: [phaseDraft(1, { amount: 'many' })] }, kept)
    expect(rolloutOrder.safeParse(order).success).toBe(false)
  })
})

describe('a phase in words', () => {
  it('says its size and its gate', () => {
    expect([sizeText({ count: 1 }), sizeText({ percent: 5 }), sizeText({ rest: true })]).toEqual([
      '1 device',
      '5 % of the devices',
      'all others',
    ])
    expect(gateTexts({ soakSeconds: 3600, failureLimit: 2 })).toEqual([
      '100 % updated',
      'for 60 min',
      'pauses at 2 failures',
    ])
  })

  it('stands while its rollout does', () => {
    expect(phaseMeaning('open', 'paused')).toBe('held')
    expect(phaseMeaning('passed', 'paused')).toBe('done')
  })
})
