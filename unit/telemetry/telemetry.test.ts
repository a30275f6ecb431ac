import type { LogPart, UnitFact } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock, FakeHttp } from '@windlass/platform/fakes'
import { afterEach, describe, expect, it } from 'vitest'
import type { LogOrder, NodeNews } from '../ports.ts'
import { Telemetry } from './telemetry.ts'

const log = createLog([], () => 0)
const open: AbortController[] = []
afterEach(() => {
  for (const stop of open.splice(0)) stop.abort()
})

function bench() {
  const clock = new FakeClock()
  const sent: UnitFact[] = []
  const asked: [string, LogOrder][] = []
  const uploads: { path: string; token: string | undefined; body: string }[] = []
  let status = 200
  let connected = true
  let hearNode: (news: NodeNews) => void = () => {}
  let hearCloud: (news: { kind: 'connection'; connected: boolean }) => void = () => {}
  const handler = async (request: { path: string; headers: Readonly<Record<string, string>>; body: Uint8Array }) => {
    uploads.push({
      path: request.path,
      token: request.headers['authorization'],
      body: Buffer.from(request.body).toString(),
    })
    return { status }
  }
  const node = (nodeId: string, isConnected: boolean) => ({ nodeId, isConnected, state: 'provisioned' }) as const
  const telemetry = new Telemetry({
    clock,
    log,
    http: new FakeHttp({ 'https://logs.test': handler }, clock),
    nodes: {
      list: () => [node('node1', true), node('node2', true), node('node3', false)] as never,
      requestLog: (nodeId, order) => void asked.push([nodeId, order]),
      watch: (hear) => {
        hearNode = hear
        return () => {}
      },
    },
    cloud: {
      connected: () => connected,
      send: (fact) => void sent.push(fact),
      watch: (hear) => {
        hearCloud = hear
        return () => {}
      },
    },
  })
  const stop = new AbortController()
  open.push(stop)
  void telemetry.run(stop.signal)
  return {
    clock,
    telemetry,
    sent,
    asked,
    uploads,
    answer: (code: number) => (status = code),
    hear: (news: NodeNews) => hearNode(news),
    link: (is: boolean) => {
      connected = is
      hearCloud({ kind: 'connection', connected: is })
    },
  }
}

const usage = (timeMs: number) => ({ timeMs, ram: 1, cpu: 2, partitions: [], download: 3, upload: 4 })
const alert = (message: string, timeMs = 1): NodeNews => ({
  kind: 'fact',
  nodeId: 'node1',
  fact: { kind: 'alert', alert: { timeMs, kind: 'system', message } },
})
const measured = (timeMs: number): NodeNews => ({
  kind: 'fact',
  nodeId: 'node1',
  fact: { kind: 'monitoring', node: usage(timeMs), instances: [] },
})
const messagesOf = (facts: readonly UnitFact[]) =>
  facts.flatMap((fact) => (fact.kind === 'alerts' ? [fact.alerts.length] : []))

describe('monitoring', () => {
  it('goes out each minute, with the states between', async () => {
    const { clock, hear, sent } = bench()
    hear({ kind: 'status', node: { nodeId: 'node1', state: 'provisioned', isConnected: true } as never })
    hear({ kind: 'status', node: { nodeId: 'node1', state: 'provisioned', isConnected: true } as never })
    hear(measured(10))
    await clock.advance(60_000)
    expect(sent).toMatchObject([
      {
        kind: 'monitoring',
        monitoring: {
          nodes: [{ nodeId: 'node1', states: [{ state: 'provisioned', connected: true }], usages: [{ timeMs: 10 }] }],
          instances: [],
        },
      },
    ])
    await clock.advance(60_000)
    expect(sent).toHaveLength(1)
  })

  it('keeps the newest 16 while the cloud is away', async () => {
    const { clock, hear, sent, link } = bench()
    link(false)
    for (let n = 1; n <= 20; n++) hear(measured(n))
    await clock.advance(120_000)
    expect(sent).toEqual([])
    link(true)
    await clock.advance(60_000)
    const [fact] = sent
    const usages = fact?.kind === 'monitoring' ? fact.monitoring.nodes[0]?.usages : undefined
    expect(usages?.map(({ timeMs }) => timeMs)).toEqual(Array.from({ length: 16 }, (_, n) => n + 5))
  })
})

describe('alerts', () => {
  it('C16 two that say the same within a period are sent once', async () => {
    const { clock, hear, sent } = bench()
    hear(alert('oops', 1))
    hear(alert('oops', 2))
    hear(alert('other', 3))
    await clock.advance(10_000)
    expect(messagesOf(sent)).toEqual([2])
    hear(alert('oops', 4))
    await clock.advance(10_000)
    expect(messagesOf(sent)).toEqual([2, 1])
  })

  it('C17 what does not fit while the cloud is away is dropped, the rest is sent when it is back', async () => {
    const { clock, hear, sent, link } = bench()
    link(false)
    for (let n = 0; n < 500; n++) hear(alert(`alert ${n}`))
    await clock.advance(60_000)
    expect(sent).toEqual([])
    link(true)
    expect(messagesOf(sent)).toEqual(Array.from({ length: 25 }, () => 16))
  })
})

describe('logs', () => {
  const part = (n: number, of: number, data = `part ${n}`): LogPart => {
    return { correlationId: 'log-1', part: n, partCount: of, data: Buffer.from(data), status: 'ok' }
  }
  const heard = (piece: LogPart): NodeNews => ({ kind: 'fact', nodeId: 'node1', fact: { kind: 'log', ...piece } })

  it('are asked of every node that is there', () => {
    const { telemetry, asked } = bench()
    telemetry.requestLog('log-1', { type: 'system', nodeIds: [], filter: {}, fromMs: 5 })
    expect(asked).toEqual([
      ['node1', { kind: 'system_log', correlationId: 'log-1', fromMs: 5 }],
      ['node2', { kind: 'system_log', correlationId: 'log-1', fromMs: 5 }],
    ])
  })

  it('of a node that is away are answered for it', () => {
    const { telemetry, sent, asked } = bench()
    telemetry.requestLog('log-1', { type: 'crash', nodeIds: ['node3', 'node1'], filter: { itemId: 'i' } })
    expect(asked).toEqual([['node1', { kind: 'crash_log', correlationId: 'log-1', filter: { itemId: 'i' } }]])
    expect(sent).toMatchObject([
      { kind: 'push_log', nodeId: 'node3', part: { status: 'error', error: { message: 'node node3 is away' } } },
    ])
  })

  it('C14 C15 are handed on part by part, also one that says there is none', () => {
    const { hear, sent } = bench()
    const absent: LogPart = { ...part(1, 1, ''), status: 'absent' }
    for (const piece of [part(1, 2), part(2, 2), absent]) hear(heard(piece))
    expect(sent.map((fact) => fact.kind === 'push_log' && [fact.nodeId, fact.part.part, fact.part.status])).toEqual([
      ['node1', 1, 'ok'],
      ['node1', 2, 'ok'],
      ['node1', 1, 'absent'],
    ])
  })

  it('go to an address of their own as one body, where the request names one', async () => {
    const { telemetry, hear, sent, uploads, clock } = bench()
    const upload = { type: 'https', url: 'https://logs.test/unit-77', bearerToken: 't0k' } as const
    telemetry.requestLog('log-1', { type: 'system', nodeIds: ['node1'], filter: {}, upload })
    for (const piece of [part(2, 2), part(1, 2)]) hear(heard(piece))
    await clock.advance(1)
    expect(uploads).toEqual([{ path: '/unit-77', token: 'Bearer t0k', body: 'part 1part 2' }])
    expect(sent).toMatchObject([{ kind: 'push_log', part: { status: 'ok', part: 1, partCount: 1 } }])
  })

  it('that cannot be uploaded go to the cloud', async () => {
    const { telemetry, hear, sent, clock, answer } = bench()
    answer(500)
    const upload = { type: 'https', url: 'https://logs.test/unit-77' } as const
    telemetry.requestLog('log-1', { type: 'system', nodeIds: ['node1'], filter: {}, upload })
    for (const piece of [part(1, 2), part(2, 2)]) hear(heard(piece))
    await clock.advance(1)
    expect(sent.map((fact) => fact.kind === 'push_log' && fact.part.part)).toEqual([1, 2])
  })
})
