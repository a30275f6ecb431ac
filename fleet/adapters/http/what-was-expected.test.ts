import { describe, expect, it } from 'vitest'
import { uidOf } from '../../store/samples.ts'
import { testFleet } from './test-fleet.ts'

describe('a request that its schema refuses', () => {
  it.each([
    [
      '/rollouts',
      { package: uidOf('x'), to: {} },
      /^\/to: expected one of 4 forms: product: .*expected string.*; or devices: .*array/,
    ],
    ['/rollouts', { package: uidOf('x'), to: { group: 'A B' } }, /^\/to\/group: expected lower-case letters/],
    ['/groups', {}, /^\/: expected one of 2 forms: name: .*string/],
    [
      '/releases',
      { name: 'r', items: [], instances: [], sotaSchedule: { type: 'never' } },
      /^\/sotaSchedule\/type: expected one of the kinds/,
    ],
    ['/claims', { uses: 'many' }, /^\/uses: .*expected number/],
  ])('to %s with %j says where it is off and what was expected', async (path, order, text) => {
    const fleet = await testFleet({ units: true })
    const refused = (await fleet.api('POST', path, order)).json<{ code: string; detail: string; errors: string[] }>()
    expect(refused.code).toBe('request_invalid')
    expect(refused.detail).toMatch(text)
    expect(refused.errors[0]).toBe(refused.detail)
  })
})
