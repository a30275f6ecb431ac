import { describe, expect, it } from 'vitest'
import { openingOf } from '../rollout/openings.ts'
import { atOnce } from '../rollout/plan.ts'
import { begun } from '../rollout/progress.ts'
import type { Attempt, Known, Order, Rule } from '../store/records.ts'
import { attempt, device, product, sight, uidOf } from '../store/samples.ts'
import { decide } from './decide.ts'

const { id } = sight('A1', '', 0)
const to: Order = {
  rollout: 1,
  package: uidOf('4.0'),
  product,
  version: '4.0',
  hardware: 'any',
  startAt: null,
  metered: false,
  plan: atOnce,
  bounds: [],
  progress: begun,
  audience: null,
  listed: null,
  pace: null,
}
const rule = (version: string, over: Partial<Rule> = {}): Rule => ({
  package: uidOf(version),
  product,
  version,
  hardware: 'any',
  needs: null,
  floor: false,
  ...over,
})
const known = (version: string, rules: Rule[], attempts: Partial<Attempt>[] = []): Known => ({
  device: device('A1', version),
  orders: [to],
  attempts: attempts.map((over) => attempt(id, over)),
  rules,
})
const floor = (version: string, over: Partial<Rule> = {}) => rule(version, { floor: true, ...over })
const offer = (version: string) => ({ answer: 'offer', order: { rollout: 1, version, package: uidOf(version) } })

describe('on its way to a version a device', () => {
  it.each<[string, Known, object]>([
    ['goes there at once without rules', known('1.0', []), offer('4.0')],
    ['goes through the oldest floor first', known('1.0', [floor('3.0'), floor('2.0')]), offer('2.0')],
    ['then through the next', known('2.0', [floor('3.0'), floor('2.0')]), offer('3.0')],
    ['then where it was sent', known('3.0', [floor('3.0'), floor('2.0')]), offer('4.0')],
    ['passes no floor that is newer than the order', known('1.0', [floor('5.0')]), offer('4.0')],
    ['passes no floor on its way back', known('5.0', [floor('4.5')]), offer('4.0')],
    ['passes no floor for other hardware', known('1.0', [floor('2.0', { hardware: ['gw-mk3'] })]), offer('4.0')],
    ['passes no floor when its version is none', known('x', [floor('2.0')]), offer('4.0')],
    ['passes no rule that is no floor', known('1.0', [rule('2.0')]), offer('4.0')],
    ['goes there from the version needed', known('3.0', [rule('4.0', { needs: '3' })]), offer('4.0')],
    [
      'does not go there from an older one',
      known('2.9', [rule('4.0', { needs: '3.0' })]),
      { answer: 'none', reason: 'version_too_old', order: { rollout: 1 } },
    ],
    ['does not go there from no version', known('x', [rule('4.0', { needs: '3.0' })]), { reason: 'version_too_old' }],
    ['gets from floor to need', known('1.0', [floor('3.0'), rule('4.0', { needs: '3.0' })]), offer('3.0')],
    [
      'stops where a floor needs more',
      known('1.0', [floor('3.0', { needs: '2.0' })]),
      { answer: 'none', reason: 'version_too_old' },
    ],
    [
      'stops where a floor failed',
      known('1.0', [floor('2.0')], [{ package: uidOf('2.0'), state: 'failed' }]),
      { answer: 'none', reason: 'failed_before' },
    ],
    [
      'tries a floor once more',
      known('1.0', [floor('2.0')], [{ package: uidOf('2.0'), state: 'failed', retry: true }]),
      { ...offer('2.0'), retry: true },
    ],
  ])('%s', (_, given, expected) => {
    expect(decide(given, 1000, { openings: openingOf })).toMatchObject(expected)
  })

  it('is told why', () => {
    const why = (given: Known) =>
      decide(given, 1000, { openings: openingOf }).why.map(({ text, because }) => [text, ...because].join('; '))
    expect(why(known('1.0', [floor('2.0')]))).toEqual([
      'rollout 1 offers version 2.0; version 2.0 must not be skipped on the way to 4.0',
    ])
    expect(why(known('1.0', [rule('4.0', { needs: '3.0' })]))).toEqual([
      'rollout 1: version 4.0 needs version 3.0 or newer, the device runs 1.0',
    ])
  })
})
