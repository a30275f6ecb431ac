import { parseQuery } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { openingOf } from '../rollout/openings.ts'
import type { Pace } from '../rollout/pace.ts'
import { atOnce } from '../rollout/plan.ts'
import { begun, type Progress } from '../rollout/progress.ts'
import type { Attempt, Known, Order } from '../store/records.ts'
import { attempt, device, product, sight, uidOf } from '../store/samples.ts'
import { decide } from './decide.ts'

const now = 100_000
const order = (rollout: number, name: string, version: string, over: Partial<Order> = {}): Order => ({
  rollout,
  package: uidOf(name),
  product,
  version,
  hardware: 'any',
  startAt: null,
  metered: false,
  plan: atOnce,
  bounds: [],
  progress: begun,
  audience: null,
  listed: null,
  pace: null,
  ...over,
})
const { id } = sight('A1', '3.0', 0)
const known = (orders: Order[], attempts: Partial<Attempt>[] = [], version = '3.0'): Known => ({
  device: device('A1', version),
  orders,
  attempts: attempts.map((over) => attempt(id, over)),
  rules: [],
})
/** An order of two phases, the device in the n-th. */
const inPhase = (n: 0 | 1, progress: Partial<Progress> = {}): Order =>
  order(1, 'p', '3.1', { bounds: [n === 0 ? 2 ** 32 : 0], progress: { ...begun, ...progress } })
const windowed = (windows: string[]): Order => order(1, 'p', '3.1', { plan: { ...atOnce, windows } })
const paced = (pace: Partial<Pace>): Order => {
  const plan = { ...atOnce, speed: { atOnce: 5, perMinute: 10 } }
  return order(1, 'p', '3.1', { plan, pace: { seq: 3, minute: 0, offers: 0, underWay: 0, ...pace } })
}
const paused = { at: 1, by: 'operator', reason: 'a storm' } as const
const p = order(1, 'p', '3.1')
const later = order(2, 'q', '3.2', { startAt: now + 2500 })

const under = { rollout: 3, phase: 0 }
/** For devices of hardware that ours has, or of another. */
const ofHardware = (which: 'its' | 'no') => parseQuery(`hardware = ${which === 'its' ? 'gw-mk2' : 'x'}`)
const forBeta = (which: 'its' | 'no' = 'its'): Order =>
  order(3, 'r', '3.3', { audience: { group: 'beta', query: ofHardware(which) } })
const canaryFirst = (which: 'its' | 'no' = 'its'): Order => {
  const [rest] = atOnce.phases
  if (!rest) throw new Error('expected a phase')
  const size = { group: 'canary', query: ofHardware(which) }
  return order(3, 'r', '3.3', { bounds: [0], plan: { ...atOnce, phases: [{ ...rest, size }, rest] } })
}

const cases: [what: string, known: Known, expected: object][] = [
  ['no rollout, nothing', known([]), { answer: 'none', order: null, reason: 'no_rollout' }],
  ['offers what differs', known([p]), { answer: 'offer', order: p, retry: false }],
  ['an older version is an offer too', known([order(1, 'p', '1.0')]), { answer: 'offer' }],
  ['same version, up to date', known([p], [], '3.1'), { answer: 'none', reason: 'up_to_date' }],
  ['another product is not for it', known([order(1, 'p', '3.1', { product: 'x' })]), { reason: 'product_mismatch' }],
  ['hardware not listed', known([order(1, 'p', '3.1', { hardware: ['GW-MK2'] })]), { reason: 'hardware_unsupported' }],
  ['no hardware at all', known([order(1, 'p', '3.1', { hardware: [] })]), { reason: 'hardware_unsupported' }],
  ['hardware listed', known([order(1, 'p', '3.1', { hardware: ['gw-mk3', 'gw-mk2'] })]), { answer: 'offer' }],
  ['failed before: not again', known([p], [{ state: 'failed' }]), { answer: 'none', reason: 'failed_before' }],
  ['rolled back before: not again', known([p], [{ state: 'rolled_back' }]), { reason: 'rolled_back_before' }],
  ['failed, retry allowed', known([p], [{ state: 'failed', retry: true }]), { answer: 'offer', retry: true }],
  ['a retry that is under way', known([p], [{ state: 'updating', retry: true }]), { answer: 'offer', retry: true }],
  ['interrupted: offered again', known([p], [{ state: 'updating' }]), { answer: 'offer', retry: false }],
  ['updated once, downgraded since', known([p], [{ state: 'updated' }]), { answer: 'offer', retry: false }],
  ['failure of another package', known([p], [{ package: uidOf('q'), state: 'failed' }]), { answer: 'offer' }],
  ['the newest decides', known([order(2, 'q', '3.2'), p]), { answer: 'offer', order: { rollout: 2 } }],
  [
    'the newest that fits decides',
    known([order(2, 'q', '3.2', { hardware: ['x'] }), p]),
    { answer: 'offer', order: { rollout: 1 } },
  ],
  [
    'a failure of the newest does not lead back to an older one',
    known([order(2, 'q', '3.2'), p], [{ package: uidOf('q'), state: 'failed' }]),
    { answer: 'none', reason: 'failed_before', order: { rollout: 2 } },
  ],
  ['it is in the group', known([forBeta()]), { answer: 'offer', why: [{ code: 'offer' }] }],
  [
    'it is in no group of a rollout',
    known([forBeta('no')]),
    { answer: 'none', reason: 'not_in_group', order: { rollout: 3 }, why: [{ code: 'not_in_group', rollout: 3 }] },
  ],
  [
    'a rollout for others has no say over an older one',
    known([forBeta('no'), p]),
    { answer: 'offer', order: { rollout: 1 }, why: [{ code: 'not_in_group' }, { code: 'offer' }] },
  ],
  [
    'it left the group after it was offered',
    known([forBeta('no')], [{ package: uidOf('r'), under }]),
    { answer: 'offer' },
  ],
  ['its phase takes another group', known([canaryFirst('no')]), { answer: 'none', reason: 'phase_closed' }],
  ['its phase takes its group', known([canaryFirst()]), { answer: 'offer' }],
  ['not started: wait, rounded up', known([later]), { answer: 'wait', seconds: 3, order: { rollout: 2 } }],
  ['never longer than an hour', known([{ ...later, startAt: now + 1e9 }]), { answer: 'wait', seconds: 3600 }],
  ['starts now', known([{ ...later, startAt: now }]), { answer: 'offer' }],
  ['one to come does not hide an offer', known([later, p]), { answer: 'offer', order: { rollout: 1 } }],
  ['up to date, another to come', known([later, p], [], '3.1'), { answer: 'wait', order: { rollout: 2 } }],
  [
    'to come, but refused before',
    known([later], [{ package: uidOf('q'), state: 'failed' }]),
    { reason: 'failed_before' },
  ],
  ['its phase is not open', known([inPhase(1)]), { answer: 'none', reason: 'phase_closed', order: { rollout: 1 } }],
  ['its phase is open', known([inPhase(1, { phase: 1 })]), { answer: 'offer' }],
  [
    'a phase to come does not hide an older offer',
    known([{ ...inPhase(1), rollout: 2 }, p]),
    { order: { rollout: 1 } },
  ],
  ['paused: held', known([inPhase(0, { paused })]), { answer: 'none', reason: 'paused' }],
  [
    'a paused one holds against an older one',
    known([{ ...inPhase(0, { paused }), rollout: 2, version: '3.2' }, p]),
    { answer: 'none', reason: 'paused', order: { rollout: 2 } },
  ],
  ['paused, but there already', known([inPhase(0, { paused })], [], '3.1'), { answer: 'none', reason: 'up_to_date' }],
  [
    'paused, and to be tried again',
    known([inPhase(0, { paused })], [{ state: 'failed', retry: true }]),
    { reason: 'paused' },
  ],
  [
    'its window is closed',
    known([windowed(['daily 03:00-04:00'])]),
    { answer: 'wait', seconds: 3600, order: { rollout: 1 } },
  ],
  ['its window opens soon', known([windowed(['daily 00:05-04:00'])]), { answer: 'wait', seconds: 200 }],
  ['its window is open', known([windowed(['daily 03:00-04:00', 'thu 00:00-00:10'])]), { answer: 'offer' }],
  ['too many at once', known([paced({ underWay: 5 })]), { answer: 'wait' }],
  ['not too many at once', known([paced({ underWay: 4 })]), { answer: 'offer' }],
  ['too many in this minute', known([paced({ minute: 1, offers: 10 })]), { answer: 'wait' }],
  ['many in the minute before', known([paced({ minute: 0, offers: 10 })]), { answer: 'offer' }],
  [
    'too many at once, but it is one of them',
    known([paced({ underWay: 5 })], [{ state: 'updating', at: now - 3_000_000 }]),
    { answer: 'offer' },
  ],
  [
    'too many at once, and it was silent for too long',
    known([paced({ underWay: 5 })], [{ state: 'updating', at: now - 3_600_000 }]),
    { answer: 'wait' },
  ],
  ['to come, but there already', known([later], [], '3.2'), { answer: 'none', reason: 'up_to_date' }],
]

describe('what a device should run', () => {
  for (const [what, given, expected] of cases) {
    it(what, () => expect(decide(given, now, { openings: openingOf })).toMatchObject(expected))
  }
})

describe('why', () => {
  const why = (given: Known, waits: () => string[] = () => []) =>
    decide(given, now, { openings: openingOf, waits }).why.map(({ text, because }) => [text, ...because].join(' <- '))

  it('is said of every rollout that has a say, newest first', () => {
    const sooner = { ...later, rollout: 3, startAt: now + 15_120_000 }
    expect(why(known([sooner, { ...inPhase(1), rollout: 2 }, inPhase(0, { paused })]), () => ['18 of 20'])).toEqual([
      'rollout 3 starts in 4 h 12 min',
      'rollout 2: phase 2, to which the device belongs, is not open <- 18 of 20',
      'rollout 1 is paused <- a storm',
    ])
  })

  it('of a failure names the day and what the device said', () => {
    const failed = { state: 'failed', reason: 'ENOSPC', at: Date.UTC(2026, 4, 3) } as const
    expect(why(known([p], [failed]))).toEqual([
      'rollout 1: version 3.1 failed here on 2026-05-03 <- ENOSPC <- it is offered again when somebody allows a retry',
    ])
  })

  it('of a window is when it opens, there and from now', () => {
    const night = windowed(['daily 02:00-04:00'])
    expect(why(known([{ ...night, plan: { ...night.plan, timeZone: 'Asia/Tokyo' } }]))).toEqual([
      'rollout 1: its window opens 1970-01-02 02:00 (Asia/Tokyo), in 16 h 59 min',
    ])
    expect(why(known([paced({ underWay: 5 })]))).toEqual(['rollout 1: 5 devices are under way, and 5 may be at once'])
  })

  it('is never silent', () => {
    for (const [, given] of cases) expect(why(given)).not.toEqual([])
  })
})
