import type { UnitFact } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { decodeEnvelope, encodeAck, encodeFact, encodeNack } from '@windlass/wire/aoscore-cloud'
import { describe, expect, it } from 'vitest'
import { UnitSession } from './unit-session.ts'

const header = (txn: string, systemId = 'u1') => ({ systemId, createdAtMs: 0, txn })
const request: UnitFact = { kind: 'request_blob_urls', correlationId: 'c', digests: ['sha256:1'] }

function session(hear: (fact: UnitFact) => Promise<void> = async () => {}) {
  const clock = new FakeClock()
  const sent: string[] = []
  const closed: string[] = []
  const heard: UnitFact[] = []
  const logged: string[] = []
  const ports = {
    clock,
    log: createLog([({ text }) => logged.push(text)], () => 0),
    hear: async (_: string, fact: UnitFact) => {
      heard.push(fact)
      await hear(fact)
    },
  }
  const socket = {
    send: (text: string) => void sent.push(text),
    close: (_: number, why: string) => void closed.push(why),
  }
  return { session: new UnitSession('u1', socket, ports), clock, sent, closed, heard, logged }
}

describe("the fleet's end of a unit's link", () => {
  it('C6 acknowledges before the effect, with the same number', () => {
    const { session: end, sent, heard } = session()
    end.receive(encodeFact(request, header('t1')))
    expect(sent.map((text) => decodeEnvelope(text))).toMatchObject([
      { messageType: 'ack', header: { txn: 't1', systemId: 'u1' } },
    ])
    expect(heard).toEqual([])
  })

  it('hears a message once that comes twice', async () => {
    const { session: end, clock, sent, heard } = session()
    end.receive(encodeFact(request, header('t1')))
    end.receive(encodeFact(request, header('t1')))
    await clock.advance(0)
    expect([sent.length, heard.length]).toEqual([2, 1])
  })

  it('C3 sends four times, ten seconds apart, then no more', async () => {
    const { session: end, clock, sent } = session()
    end.tell({ kind: 'blob_urls', sources: [] })
    await clock.advance(120_000)
    expect(new Set(sent).size).toBe(1)
    expect(sent).toHaveLength(4)
  })

  it('C4 stops when it is acknowledged', async () => {
    const { session: end, clock, sent } = session()
    end.tell({ kind: 'blob_urls', sources: [] })
    await clock.advance(0)
    end.receive(encodeAck(decodeEnvelope(sent[0] ?? '').header))
    await clock.advance(120_000)
    expect(sent).toHaveLength(1)
  })

  it('C5 comes again when it is asked to', async () => {
    const { session: end, clock, sent } = session()
    end.tell({ kind: 'blob_urls', sources: [] })
    await clock.advance(0)
    end.receive(encodeNack(decodeEnvelope(sent[0] ?? '').header, 1_000))
    await clock.advance(999)
    expect(sent).toHaveLength(1)
    await clock.advance(1)
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['garbage', 'no JSON'],
    ['another unit', encodeFact(request, header('t1', 'u2'))],
    ['another version', encodeFact(request, header('t1')).replace('"version":7', '"version":6')],
    ['a message no unit sends', encodeFact(request, header('t1')).replace('requestBlobUrls', 'desiredStatus')],
  ])('D24 drops %s, unacknowledged', (_, text) => {
    const { session: end, sent, heard, logged } = session()
    end.receive(text)
    expect([sent, heard, logged]).toEqual([[], [], ['message of a unit dropped']])
  })

  it('lets the unit go and come back when its words could not be kept', async () => {
    const { session: end, clock, closed } = session(() => Promise.reject(new Error('no database')))
    end.receive(encodeFact(request, header('t1')))
    await clock.advance(0)
    expect(closed).toEqual(['try again'])
  })
})
