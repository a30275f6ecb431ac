import { expect, it } from 'vitest'
import { atOnce } from '../../rollout/plan.ts'
import { begun, type Progress } from '../../rollout/progress.ts'
import { stillAtWork } from './round.ts'
import type { UnitTo } from './target.ts'
import type { UnitRollout } from './unit-rollout.ts'

const rollout = (id: number, to: UnitTo, progress: Partial<Progress> = {}): UnitRollout => ({
  id,
  release: 1,
  to,
  plan: atOnce,
  bounds: [],
  progress: { ...begun, ...progress },
  createdAt: 0,
  asked: null,
})
const all: UnitTo = { all: true }
const boats: UnitTo = { model: 'boat' }
const named: UnitTo = { units: ['u1'] }
const paused: Partial<Progress> = { paused: { at: 1, by: 'operator', reason: 'wait' } }

it.each<[string, UnitRollout[], number[]]>([
  ['those that nothing newer covers', [rollout(3, named), rollout(2, boats), rollout(1, all)], [3, 2, 1]],
  ['none below one for all', [rollout(4, named), rollout(3, all), rollout(2, boats), rollout(1, all)], [4, 3]],
  ['one of a model', [rollout(3, boats), rollout(2, { model: 'car' }), rollout(1, boats)], [3, 2]],
  ['none that is paused, nor what it holds', [rollout(2, all, paused), rollout(1, all)], []],
  ['what an aborted one covered', [rollout(2, all, { abortedAt: 1 }), rollout(1, all)], [1]],
])('looks at %s', (_, given, expected) => {
  expect(stillAtWork(given).map(({ id }) => id)).toEqual(expected)
})
