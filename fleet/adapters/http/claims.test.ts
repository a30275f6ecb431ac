import { expect, it } from 'vitest'
import { testFleet } from './test-fleet.ts'

it('a claim is listed without its token, and can be withdrawn', async () => {
  const fleet = await testFleet({ units: true })
  const made = (await fleet.api('POST', '/claims', { systemId: 'boat-1' })).json()
  expect(made).toMatchObject({ systemId: 'boat-1', uses: 1, usesLeft: 1, expiresAt: null, state: 'open' })
  const { token, ...facts } = made
  expect(token).toHaveLength(32)
  expect((await fleet.api('GET', '/claims')).json()).toEqual({ claims: [facts] })
  expect((await fleet.api('DELETE', `/claims/${made.id}`)).statusCode).toBe(204)
  expect((await fleet.api('DELETE', `/claims/${made.id}`)).statusCode).toBe(204)
  expect((await fleet.api('GET', '/claims')).json().claims[0].state).toBe('withdrawn')
  expect((await fleet.api('DELETE', `/claims/${'0'.repeat(16)}`)).json().code).toBe('claim_unknown')
})

it('a claim ends when it was said to, and is for one unit where it names one', async () => {
  const fleet = await testFleet({ units: true })
  const expiresAt = new Date(fleet.clock.now() + 1000).toISOString()
  expect((await fleet.api('POST', '/claims', { expiresAt, uses: 3 })).json()).toMatchObject({ expiresAt, usesLeft: 3 })
  await fleet.clock.advance(1000)
  expect((await fleet.api('GET', '/claims')).json().claims[0].state).toBe('expired')
  const named = await fleet.api('POST', '/claims', { systemId: 'boat-1', uses: 2 })
  expect(named.json().code).toBe('request_invalid')
})
