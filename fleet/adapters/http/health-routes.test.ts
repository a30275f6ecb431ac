import { readFile } from 'node:fs/promises'
import { FakeClock } from '@windlass/platform/fakes'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../store/memory-store.ts'
import { connectionMetrics } from '../../telemetry/connection-metrics.ts'
import { notReached } from '../../telemetry/readiness.ts'
import { rollOut, testFleet } from './test-fleet.ts'

describe('/metrics', () => {
  it('counts probes by answer, reports by status and rollouts by state', async () => {
    const fleet = await testFleet()
    await fleet.probe('A1', '3.0')
    await rollOut(fleet, '3.1')
    await fleet.probe('A1', '3.0')
    await fleet.report('A1', 'downloading')
    await fleet.report('A1', 'a status of its own')
    const { headers, body } = await fleet.app.inject({ url: '/metrics', headers: { host: 'localhost' } })
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    for (const line of [
      'windlass_probes_total{answer="none"} 1',
      'windlass_probes_total{answer="update"} 1',
      'windlass_reports_total{status="downloading"} 1',
      'windlass_reports_total{status="other"} 1',
      'windlass_rollouts{state="running"} 1',
      'windlass_rollouts{state="paused"} 0',
    ])
      expect(body.split('\n')).toContain(line)
  })

  it('says how long requests took by route, never by what stood in its place', async () => {
    const fleet = await testFleet()
    await fleet.app.inject({ url: '/api/v1/devices/secret-of-a-device', headers: { host: 'localhost' } })
    await fleet.app.inject({ url: '/nowhere-at-all', headers: { host: 'localhost' } })
    const { body } = await fleet.app.inject({ url: '/metrics', headers: { host: 'localhost' } })
    const counts = body.split('\n').filter((line) => line.startsWith('windlass_http_request_duration_seconds_count'))
    expect(counts.some((line) => line.includes('method="GET",route="/api/v1/devices/:id",status="4xx"'))).toBe(true)
    expect(body).not.toMatch(/secret-of-a-device|nowhere-at-all/)
  })

  it('says what waits for webhooks, how old it is, and what came of attempts', async () => {
    const fleet = await testFleet()
    await fleet.api('POST', '/webhooks', { url: 'http://127.0.0.1:1/', events: ['group'] })
    const shown = async () => {
      const { body } = await fleet.app.inject({ url: '/metrics', headers: { host: 'localhost' } })
      return body.split('\n').filter((line) => line.startsWith('windlass_webhook_'))
    }
    const attempts = (failed: number) => [
      'windlass_webhook_attempts_total{outcome="delivered"} 0',
      `windlass_webhook_attempts_total{outcome="failed"} ${failed}`,
      'windlass_webhook_attempts_total{outcome="given_up"} 0',
    ]
    const none = ['windlass_webhook_deliveries_waiting 0', 'windlass_webhook_oldest_waiting_seconds 0']
    expect(await shown()).toEqual([...none, ...attempts(0)])
    await fleet.api('POST', '/groups', { name: 'one', query: 'version = "1"' })
    const gone = new AbortController()
    const running = fleet.dispatch.run(gone.signal)
    await expect.poll(shown).toContain('windlass_webhook_attempts_total{outcome="failed"} 1')
    await fleet.clock.advance(7000)
    const waiting = ['windlass_webhook_deliveries_waiting 1', 'windlass_webhook_oldest_waiting_seconds 7']
    expect(await shown()).toEqual([...waiting, ...attempts(1)])
    gone.abort()
    await running
  })

  it('has the names that the docs list, and no other', async () => {
    const fleet = await testFleet({ units: true })
    const { body } = await fleet.app.inject({ url: '/metrics', headers: { host: 'localhost' } })
    const connections = new Registry()
    connectionMetrics(connections, () => ({ inUse: 1, idle: 2, waiting: 3 }))
    const text = body + (await connections.metrics())
    expect(text).toContain('windlass_database_connections{state="in_use"} 1')
    const docs = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '')
    const listed = [...docs.matchAll(/^\| `(windlass_\w+)`/gm)].map(([, name]) => name ?? '')
    expect(names.sort()).toEqual(listed.sort())
  })

  it('is for those who may use the operator API', async () => {
    const fleet = await testFleet({ gate: { token: 'the-operator-token', loopback: false } })
    expect((await fleet.app.inject({ url: '/metrics' })).statusCode).toBe(401)
    const headers = { authorization: 'Bearer the-operator-token' }
    expect((await fleet.app.inject({ url: '/metrics', headers })).statusCode).toBe(200)
  })
})

describe('/health and /ready', () => {
  it('are for everyone', async () => {
    const fleet = await testFleet({ gate: { token: 'the-operator-token', loopback: false } })
    for (const url of ['/health', '/ready']) expect((await fleet.app.inject({ url })).statusCode).toBe(200)
  })

  it('differ when the records cannot be read', async () => {
    const store = { ...memoryStore(), ping: () => Promise.reject(new Error('gone')) }
    const fleet = await testFleet({ store })
    expect((await fleet.app.inject({ url: '/health' })).statusCode).toBe(200)
    const ready = await fleet.app.inject({ url: '/ready' })
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'not reached: records' }])
  })

  it('what does not answer in two seconds is not reached', async () => {
    const clock = new FakeClock()
    const needs = {
      bus: () => new Promise(() => undefined),
      blobs: async () => 'mine',
      records: () => Promise.reject(),
    }
    const lacks = notReached(needs, clock)
    await clock.advance(2000)
    expect(await lacks).toEqual(['bus', 'records'])
  })
})
