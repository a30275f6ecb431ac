import type { PackageRecord } from '@windlass/wire/operator'
import { rolloutOrder } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { phaseDraft, presets } from '../plan/phase-draft.ts'
import { gateTexts, phaseMeaning, sizeText } from '../plan/phase-text.ts'
import { everyDay, windowText } from '../plan/window-draft.ts'
import { orderOf, type RolloutDraft, rolloutDraft } from './plan-form.ts'

const kept = { uid: 'a'.repeat(64), product: 'b'.repeat(64) } as PackageRecord
const draft: RolloutDraft = rolloutDraft(kept.uid, 'Europe/Oslo')

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

  it('says when, how fast, and what stops it, only where it was asked for', () => {
    const windows = [
      { key: 1, days: everyDay, from: '02:00', to: '04:30' },
      { key: 2, days: [4, 5, 6], from: '22:00', to: '02:00' },
    ]
    const order = orderOf({ ...draft, windows, perMinute: '100', watchHealth: true, falseAlarmPercent: '0.5' }, kept)
    expect(order).toMatchObject({
      windows: ['daily 02:00-04:30', 'fri-sun 22:00-02:00'],
      timeZone: 'Europe/Oslo',
      speed: { perMinute: 100 },
      health: { falseAlarmPercent: 0.5 },
    })
    expect(rolloutOrder.safeParse(order).error).toBeUndefined()
    expect(orderOf({ ...draft, watchHealth: true }, kept).health).toEqual({})
  })

  it('writes windows as the fleet reads them', () => {
    expect(windowText({ days: [6, 5], from: '22:00', to: '02:00' })).toBe('sat,sun 22:00-02:00')
    expect(rolloutOrder.shape.windows.safeParse([windowText({ days: [], from: '', to: '' })]).success).toBe(false)
  })

  it('is for a group, or for those of which a query is true', () => {
    expect(orderOf({ ...draft, whom: 'group', group: 'early' }, kept).to).toEqual({ group: 'early' })
    expect(orderOf({ ...draft, whom: 'query', query: 'has label.berth' }, kept).to).toEqual({
      query: 'has label.berth',
    })
  })

  it('lets a group be a phase', () => {
    const order = orderOf({ ...draft, phases: [phaseDraft(1, { amount: 'canary', unit: 'group' })] }, kept)
    expect(order.phases?.[0]?.size).toEqual({ group: 'canary' })
    expect(rolloutOrder.safeParse(order).error).toBeUndefined()
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
