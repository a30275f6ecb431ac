import type { DeliveryRecord } from '@windlass/wire/operator'
import { expect, it } from 'vitest'
import { deliveryShares, deliveryText } from './delivery-text.ts'

const at = '2026-11-22T08:00:00.000Z'
const fresh: DeliveryRecord = {
  id: 1,
  kind: 'rollout',
  state: 'waiting',
  createdAt: at,
  attempts: 0,
  nextAt: at,
  status: null,
  error: null,
}

it('a delivery says what came of it', () => {
  expect([
    deliveryText(fresh),
    deliveryText({ ...fresh, attempts: 1, status: 500 }),
    deliveryText({ ...fresh, attempts: 8, state: 'given_up', error: 'connection refused' }),
    deliveryText({ ...fresh, attempts: 1, state: 'delivered', status: 204 }),
  ]).toEqual([
    'on its way',
    'answered 500; 1 try so far',
    'given up after 8 tries: connection refused',
    'answered 204, at the first try',
  ])
})

it('deliveries that were tried in vain are told from those that are under way', () => {
  const shares = deliveryShares([fresh, { ...fresh, attempts: 2 }, { ...fresh, attempts: 8, state: 'given_up' }])
  expect(shares.map(({ count }) => count)).toEqual([0, 1, 1, 1])
})
