import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../store/memory-store.ts'
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
    expect((await fleet.app.inject({ url: '/ready' })).statusCode).toBe(503)
  })
})
