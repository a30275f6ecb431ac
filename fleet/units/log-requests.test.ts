import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { decodeEnvelope, decodeOrder } from '@windlass/wire/aoscore-cloud'
import { describe, expect, it } from 'vitest'
import type { Bus } from '../bus/bus.ts'
import { localBus } from '../bus/local-bus.ts'
import { memoryLines } from '../processes/lines.ts'
import { eventHub } from '../telemetry/events.ts'
import { memoryUnitStore } from './memory-unit-store.ts'
import { UnitOffice } from './unit-office.ts'

/** Two processes of one fleet; `deaf`: what the first one is told by the other does not reach it. */
async function twoProcesses() {
  const clock = new FakeClock()
  const store = memoryUnitStore()
  await store.addClaim({ tokenHash: 'claim', systemId: null, createdAt: 0 })
  await store.enrol('claim', { id: 'u1', model: 'boat', at: 0 })
  const log = createLog([], () => 0)
  const board = { seen: new Map<string, number>(), takenBy: new Map<string, string>() }
  const process = (me: string, bus: Bus) => {
    const lines = memoryLines(me, () => clock.now(), board)
    const tickets = { urlOf: () => '' }
    return new UnitOffice({ store, clock, log, events: eventHub(bus), bus, lines, tickets, me })
  }
  const [a, b] = [process('a', localBus()), process('b', localBus())]
  const connect = async (office: UnitOffice) => {
    const asked: string[] = []
    const send = (text: string) => {
      const order = decodeOrder(decodeEnvelope(text))
      if (order.kind === 'request_log') asked.push(order.correlationId)
    }
    const session = await office.connect('u1', { send, close: () => undefined }, '')
    return { session, asked }
  }
  const answer = (request: string) => {
    const part = { part: 1, partCount: 1, status: 'ok', gzip: '', error: null } as const
    return store.addNews('u1', 'log', clock.now(), [{ ...part, request, nodeId: 'n1' }])
  }
  return { clock, a, b, connect, answer }
}

describe('a log that an operator asked for', () => {
  it('is asked again by the process that has the unit next', async () => {
    const { a, b, connect } = await twoProcesses()
    const first = await connect(a)
    const request = await b.requestLog('u1', { type: 'system', nodeIds: [], filter: {} })
    expect(first.asked).toEqual([])
    expect((await connect(b)).asked).toEqual([request])
  })

  it('is not asked again once something of it came, or nobody waits any more', async () => {
    const { clock, a, b, connect, answer } = await twoProcesses()
    const { session, asked } = await connect(a)
    const first = await a.requestLog('u1', { type: 'system', nodeIds: [], filter: {} })
    const second = await a.requestLog('u1', { type: 'crash', nodeIds: [], filter: {} })
    expect(asked).toEqual([first, second])
    a.disconnect(session)
    await answer(first)
    expect((await connect(b)).asked).toEqual([second])
    await clock.advance(5 * 60_000)
    expect((await connect(b)).asked).toEqual([])
  })

  it('is said to be unanswered after 45 s, until it comes', async () => {
    const { clock, a, connect, answer } = await twoProcesses()
    await connect(a)
    const request = await a.requestLog('u1', { type: 'system', nodeIds: [], filter: {} })
    await clock.advance(44_000)
    expect(await a.logs.answers('u1')).toEqual({ parts: [], unanswered: [] })
    await clock.advance(1_000)
    const error = 'expected an answer of u1 within 45 s, got none; ask again when it is connected'
    expect((await a.logs.answers('u1')).unanswered).toEqual([{ request, error }])
    await answer(request)
    await answer(request)
    expect(await a.logs.answers('u1')).toMatchObject({ parts: [{ content: { request } }], unanswered: [] })
  })
})
