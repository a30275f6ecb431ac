import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { facts, orders } from './examples.ts'
import { encodeAck, encodeFact, encodeNack, encodeOrder } from './index.ts'

const header = { systemId: 'unit-77', createdAtMs: Date.UTC(2026, 0, 5, 8), txn: 'b0c1' }
const schema: object = JSON.parse(readFileSync(new URL('fixtures/v7.schema.json', import.meta.url), 'utf8'))
const check = new Ajv({ allErrors: true, strict: false }).compile(schema)

function problems(message: string): unknown {
  return check(JSON.parse(message)) ? [] : check.errors
}

it.each(facts.map((fact) => [fact.kind, fact] as const))('what a unit sends passes the schema: %s', (_, fact) => {
  expect(problems(encodeFact(fact, header))).toEqual([])
})

it.each(orders.map((order) => [order.kind, order] as const))('what a cloud sends passes the schema: %s', (_, order) => {
  expect(problems(encodeOrder(order, header))).toEqual([])
})

it('acknowledgements pass the schema', () => {
  expect(problems(encodeAck(header))).toEqual([])
  expect(problems(encodeNack(header, 12.5))).toEqual([])
})

it('a node that knows nothing of itself, a broken value and a long text pass the schema', () => {
  const bare = {
    nodeId: 'n',
    nodeType: '',
    title: '',
    maxDmips: 0.4,
    totalRam: 0,
    physicalRam: 0,
    os: { os: '', features: [] },
    cpus: [],
    partitions: [],
    attrs: {},
    state: 'error',
    runtimes: [],
    resources: [],
    isConnected: false,
  } as const
  expect(problems(encodeFact({ kind: 'unit_status', status: { isDelta: true, nodes: [bare] } }, header))).toEqual([])
  const alerts = ['', 'x'.repeat(100_000)].map((message) => ({
    kind: 'node' as const,
    nodeId: 'n',
    alert: { kind: 'system' as const, timeMs: 0.5, message },
  }))
  expect(problems(encodeFact({ kind: 'alerts', alerts }, header))).toEqual([])
})

it('the schema itself refuses what it does not know', () => {
  const [fact] = facts
  const message = fact ? JSON.parse(encodeFact(fact, header)) : {}
  expect(problems(JSON.stringify({ ...message, data: { ...message.data, extra: 1 } }))).not.toEqual([])
  expect(problems(JSON.stringify({ ...message, header: { ...message.header, version: 6 } }))).not.toEqual([])
})
