import { MemoryLog } from '@windlass/platform'
import { describe, expect, it } from 'vitest'
import { FakeDevice, fakeSettings } from '../fake-device.ts'
import { localApi } from './routes.ts'

/** An agent that is parked, and its API in memory. */
async function parked() {
  const device = new FakeDevice()
  device.settings = { ...fakeSettings, polling: { ...fakeSettings.polling, enabled: false } }
  const idle = Promise.withResolvers<void>()
  const living = device.live(() => {
    idle.resolve()
    return false
  })
  await idle.promise
  const api = localApi({ version: '0', ...device.api(), log: new MemoryLog() })
  const call = async (method: string, path: string, body = '', headers: Record<string, string> = {}) => {
    const request = { method, path, query: new URLSearchParams(), headers, body: Buffer.from(body) }
    const { status, body: answer } = await api(request, new AbortController().signal)
    return [status, answer]
  }
  return { device, call, living }
}

describe('the local API', () => {
  it('A5 A7 answers a probe when the server has answered', async () => {
    const { device, call } = await parked()
    expect(await call('POST', '/probe')).toEqual([200, '"no_update"'])
    device.server.instead.push({ status: 200, headers: { 'Add-Extra-Poll': '30' } })
    expect(await call('POST', '/probe')).toEqual([200, '{"try_again":30}'])
    device.server.instead.push({ status: 204 })
    expect((await call('POST', '/probe'))[0]).toBe(500)
    expect(device.agent?.runner.state.at).toBe('park')
  })

  it('A13 A14 A15 judges the body of an install request before it is queued', async () => {
    const { call } = await parked()
    for (const body of ['{}', '{"file":1}', '{"file":"x","y":1}', 'text']) {
      expect((await call('POST', '/local_install', body))[0]).toBe(400)
    }
    expect((await call('POST', '/local_install', '{"file":"/x"}', { 'content-type': 'text/plain' }))[0]).toBe(415)
    expect(await call('POST', '/local_install', '{"file":"/x"}')).toEqual([200, '"park"'])
  })

  it('A19 has no download to abort', async () => {
    const { call } = await parked()
    expect(await call('POST', '/update/download/abort')).toEqual([
      406,
      '{"error":"there is no download to be aborted"}',
    ])
  })

  it('holds installations back with a reason, which outlives a change of it, until they are released', async () => {
    const { call } = await parked()
    expect(await call('GET', '/windlass/hold')).toEqual([200, '{"hold":null}'])
    const since = '2026-01-02T03:04:05.678Z'
    expect(await call('PUT', '/windlass/hold', '{"reason":" harvest "}')).toEqual([
      200,
      `{"hold":{"reason":"harvest","since":"${since}"}}`,
    ])
    expect((await call('GET', '/windlass/status'))[1]).toContain('"hold":{"reason":"harvest"')
    expect((await call('PUT', '/windlass/hold'))[1]).toContain('"reason":"no reason given"')
    expect(await call('DELETE', '/windlass/hold')).toEqual([200, '{"hold":null}'])
    expect(await call('DELETE', '/windlass/hold')).toEqual([200, '{"hold":null}'])
  })

  it('takes no hold that it cannot read', async () => {
    const { call } = await parked()
    for (const body of ['text', '{"reason":1}', '{"why":"x"}', JSON.stringify({ reason: 'x'.repeat(201) })]) {
      expect((await call('PUT', '/windlass/hold', body))[0]).toBe(400)
    }
    expect(await call('GET', '/windlass/hold')).toEqual([200, '{"hold":null}'])
  })

  it('has nothing to fetch over a metered link while none waits', async () => {
    const { call } = await parked()
    expect(await call('POST', '/windlass/download')).toEqual([406, '"park"'])
  })

  it('knows its paths and their methods, also with something behind them', async () => {
    const { call } = await parked()
    expect((await call('GET', '/info/anything'))[0]).toBe(200)
    expect((await call('POST', '/info'))[0]).toBe(405)
    expect((await call('GET', '/elsewhere'))[0]).toBe(404)
    expect((await call('GET', '/windlass/status'))[1]).toBe(
      '{"state":"park","package":null,"installingTo":null,"progress":null,"trouble":null,"waits":null,"hold":null}',
    )
  })
})
