import { describe, expect, it } from 'vitest'
import { testFleet } from './test-fleet.ts'

describe('the routes of webhooks', () => {
  it('make, test, show and remove, and show the secret once', async () => {
    const fleet = await testFleet()
    const made = await fleet.api('POST', '/webhooks', { url: 'http://127.0.0.1:9/hook', events: ['group', 'group'] })
    const { id, secret } = made.json<{ id: number; secret: string }>()
    expect(secret).toMatch(/^[\w-]{43}$/)
    const listed = (await fleet.api('GET', '/webhooks')).json()
    expect(listed).toMatchObject({ webhooks: [{ id, url: 'http://127.0.0.1:9/hook', events: ['group'] }] })
    expect(JSON.stringify(listed)).not.toContain(secret)
    await fleet.api('POST', '/groups', { name: 'one', query: 'version = "1"' })
    expect((await fleet.api('POST', `/webhooks/${id}/test`)).statusCode).toBe(202)
    expect((await fleet.api('GET', `/webhooks/${id}/deliveries`)).json()).toMatchObject({
      deliveries: [
        { kind: 'test', state: 'waiting', attempts: 0 },
        { kind: 'group', state: 'waiting', attempts: 0 },
      ],
    })
    expect((await fleet.api('DELETE', `/webhooks/${id}`)).statusCode).toBe(204)
    for (const [method, url] of [
      ['DELETE', `/webhooks/${id}`],
      ['GET', `/webhooks/${id}/deliveries`],
      ['POST', `/webhooks/${id}/test`],
    ] as const)
      expect((await fleet.api(method, url)).json()).toMatchObject({ code: 'webhook_unknown' })
    expect(fleet.lines.filter((line) => line.includes(secret))).toEqual([])
  })

  it.each([['ftp://x.example/'], ['http://me:secret@x.example/'], ['x.example'], ['file:///etc/passwd']])(
    'refuse %s',
    async (url) => {
      const fleet = await testFleet()
      expect((await fleet.api('POST', '/webhooks', { url, events: ['group'] })).json()).toMatchObject({
        code: 'request_invalid',
      })
    },
  )
})
