import { describe, expect, it } from 'vitest'
import { facts, orders } from './examples.ts'
import {
  decodeAcknowledgement,
  decodeEnvelope,
  decodeFact,
  decodeOrder,
  encodeAck,
  encodeFact,
  encodeNack,
  encodeOrder,
} from './index.ts'

const header = { systemId: 'unit-77', createdAtMs: Date.UTC(2026, 0, 5, 8), txn: 'b0c1' }
const pretty = (message: string) => `${JSON.stringify(JSON.parse(message), null, 2)}\n`

describe('what the cloud sends', () => {
  it.each(orders.map((order) => [order.kind, order] as const))(
    '%s is written as it always was',
    async (kind, order) => {
      await expect(pretty(encodeOrder(order, header))).toMatchFileSnapshot(`fixtures/order-${kind}.json`)
    },
  )

  it.each(orders.map((order) => [order.kind, order] as const))('%s comes back in either dialect', (_, order) => {
    for (const dialect of ['schema', 'aoscore'] as const) {
      const envelope = decodeEnvelope(encodeOrder(order, header, dialect))
      expect(envelope.header).toEqual(header)
      expect(decodeOrder(envelope)).toStrictEqual(order)
    }
  })
})

describe('what a unit sends', () => {
  it.each(facts.map((fact, at) => [fact.kind, at, fact] as const))(
    '%s (%i) is written as it always was',
    async (kind, at, fact) => {
      await expect(pretty(encodeFact(fact, header))).toMatchFileSnapshot(`fixtures/fact-${at}-${kind}.json`)
    },
  )

  it.each(facts.map((fact) => [fact.kind, fact] as const))('%s comes back in either dialect', (_, fact) => {
    for (const dialect of ['schema', 'aoscore'] as const) {
      expect(decodeFact(decodeEnvelope(encodeFact(fact, header, dialect)))).toStrictEqual(fact)
    }
  })
})

describe('acknowledgements', () => {
  it('are read and written', () => {
    expect(decodeAcknowledgement(decodeEnvelope(encodeAck(header)))).toEqual({ kind: 'ack' })
    const nack = decodeEnvelope(encodeNack(header, 1000))
    expect([nack.header.txn, decodeAcknowledgement(nack)]).toEqual(['b0c1', { kind: 'nack', retryAfterMs: 1000 }])
  })

  it('ask for half a second when a nack does not say', () => {
    const bare = { header: { version: 7, systemId: 'u', txn: 't' }, data: { messageType: 'nack' } }
    expect(decodeAcknowledgement(decodeEnvelope(JSON.stringify(bare)))).toEqual({ kind: 'nack', retryAfterMs: 500 })
  })

  it('are nothing else', () => {
    const [order] = orders
    expect(order && decodeAcknowledgement(decodeEnvelope(encodeOrder(order, header)))).toBeUndefined()
  })
})
