import { describe, expect, it } from 'vitest'
import { testFleet } from './test-fleet.ts'

/** What the audit log says of where somebody came from, whom `peer` passed on. */
async function from(trustedProxies: string[], peer: string, forwarded: string) {
  const fleet = await testFleet({ trustedProxies })
  const headers = { host: 'localhost', 'x-forwarded-for': forwarded, 'x-forwarded-host': 'evil.example' }
  const payload = { name: 'nobody', password: 'a password of nobody' }
  const url = '/api/v1/session'
  const answer = await fleet.app.inject({ method: 'POST', url, headers, payload, remoteAddress: peer })
  expect(answer.statusCode).toBe(401)
  const { entries } = (await fleet.api('GET', '/audit')).json<{ entries: { from: string }[] }>()
  return entries[0]?.from
}

describe('the address of a caller', () => {
  it.each([
    ['nobody is trusted', [], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
    ['a proxy that is trusted passed it on', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['two of them did', ['10.0.0.0/8', 'fd00::/8'], '10.0.0.1', '203.0.113.9, fd00::7', '203.0.113.9'],
    ['the caller made up a first one', ['10.0.0.0/8'], '10.0.0.1', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['another one says so', ['10.0.0.0/8'], '192.0.2.1', '203.0.113.9', '192.0.2.1'],
  ])('where %s', async (_what, trusted, peer, forwarded, expected) => {
    expect(await from(trusted, peer, forwarded)).toBe(expected)
  })

  it('counts for the rate of sign-ins', async () => {
    const fleet = await testFleet({ trustedProxies: ['10.0.0.1'] })
    const signIn = async (caller: string) => {
      const headers = { host: 'localhost', 'x-forwarded-for': caller }
      const payload = { name: 'nobody', password: 'a password of nobody' }
      const sent = { method: 'POST', url: '/api/v1/session', headers, payload, remoteAddress: '10.0.0.1' } as const
      return (await fleet.app.inject(sent)).statusCode
    }
    for (let n = 0; n < 20; n += 1) expect(await signIn('203.0.113.9')).toBe(401)
    expect([await signIn('203.0.113.9'), await signIn('203.0.113.10')]).toEqual([429, 401])
  })
})
