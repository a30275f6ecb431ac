import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createLog } from '@windlass/platform'
import { operatorClient } from '@windlass/wire/operator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceBody } from '../adapters/http/test-fleet.ts'
import { enrolled, online } from '../adapters/http/test-unit.ts'
import { defaultSettings } from '../settings/settings.ts'
import { type Fleet, startFleet } from '../start-fleet.ts'

/*
 * A fleet with its own PostgreSQL that sends its traces to a receiver of OTLP over HTTP, and what an operator's own system gets.
 */

interface SentSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: { key: string; value: object }[]
}
interface Batch {
  resourceSpans: { resource: { attributes: object[] }; scopeSpans: { spans: SentSpan[] }[] }[]
}

const base = mkdtempSync(join(tmpdir(), 'windlass-traces-'))
const texts: string[] = []
const spans: SentSpan[] = []
const resources: object[] = []
const hooked: IncomingMessage[] = []
let receiver: Server
let hook: Server
let fleet: Fleet
const port = (server: Server) => (server.address() as AddressInfo).port

beforeAll(async () => {
  receiver = createServer((request, answer) => void take(request).then(() => answer.end('{}')))
  hook = createServer((request, answer) => {
    hooked.push(request)
    answer.writeHead(204).end()
  })
  for (const server of [receiver, hook]) await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  const traces = { endpoint: `http://127.0.0.1:${port(receiver)}/v1/traces`, ratio: 1 }
  const settings = { data: join(base, 'fleet'), listen: { host: '127.0.0.1', port: 0 }, privateWebhooks: true, traces }
  fleet = await startFleet({ ...defaultSettings, ...settings }, { log: createLog([], Date.now) })
})
async function take(request: IncomingMessage): Promise<void> {
  const body = Buffer.concat(await request.toArray())
  const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
  texts.push(text)
  for (const { resource, scopeSpans } of (JSON.parse(text) as Batch).resourceSpans) {
    resources.push(...resource.attributes)
    spans.push(...scopeSpans.flatMap((scope) => scope.spans))
  }
}
afterAll(() => {
  receiver.close()
  hook.close()
  rmSync(base, { recursive: true })
})

describe('traces of a fleet', () => {
  it('tell who did what within what, and no secret', async () => {
    const client = operatorClient({ url: fleet.url })
    const headers = { 'user-agent': 'updatehub/2.0 Linux', 'content-type': 'application/json' }
    const device = (path: string, body: object) =>
      fetch(fleet.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    await device('/upgrades', deviceBody('serial-nobody-needs', '1.0'))
    await device('/report', { ...deviceBody('serial-nobody-needs', '1.0'), status: 'downloading' })
    await enrolled({ url: fleet.url, client })
    const unit = await online({ url: fleet.url })
    unit.say({ kind: 'monitoring', monitoring: { nodes: [], instances: [] } })
    const made = await client.addWebhook({ url: `http://127.0.0.1:${port(hook)}/hook-path`, events: ['group'] })
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await fetch(`${fleet.url}/api/v1/groups?secret=in-the-query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent, authorization: '' },
      body: JSON.stringify({ name: 'all-of-them', query: 'version = "1"' }),
    })
    await expect.poll(() => hooked.length, { timeout: 10_000 }).toBe(1)
    // What is left is sent at the end.
    await fleet.stop()
    const find = (name: string) => spans.find((span) => span.name === name)
    const names = [...new Set(spans.map(({ name }) => name))]
    expect(names).toEqual(
      expect.arrayContaining([
        'POST /upgrades',
        'POST /report',
        'POST /api/v1/groups',
        'unit monitoring',
        'rollout round',
        'unit rollout round',
        'record',
        'select webhooks',
        'webhook group',
      ]),
    )
    const asked = find('POST /api/v1/groups')
    expect(asked).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', parentSpanId: '00f067aa0ba902b7' })
    expect(find('record')?.parentSpanId).toBe(find('POST /upgrades')?.spanId)
    const sent = find('webhook group')
    expect(sent).toMatchObject({ traceId: asked?.traceId, parentSpanId: asked?.spanId, kind: 3 })
    expect(hooked[0]?.headers['traceparent']).toBe(`00-${asked?.traceId}-${sent?.spanId}-01`)
    expect(resources).toContainEqual({ key: 'service.name', value: { stringValue: 'windlass-fleet' } })
    const secrets = ['serial-nobody-needs', 'in-the-query', 'all-of-them', 'hook-path', made.secret]
    expect(secrets.filter((secret) => texts.join().includes(secret))).toEqual([])
  })
})
