import type { CloudOrder } from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import {
  type DiscoveryAnswer,
  decodeDiscoveryRequest,
  decodeEnvelope,
  type Envelope,
  encodeAck,
  encodeDiscoveryAnswer,
  encodeOrder,
} from '@windlass/wire/aoscore-cloud'
import { CloudLink } from './cloud-link.ts'
import { type Admission, FakeSockets } from './fake-sockets.ts'

export const systemId = 'unit-77'
export const discoveryUrl = 'http://cloud.test:9000/sd/v7/'

/** A cloud link on a fake clock, with a discovery and sockets in memory; for tests. */
export function testLink(options: { admit?: (url: string, token: string) => Admission } = {}) {
  const clock = new FakeClock()
  const sockets = new FakeSockets(options.admit)
  const lines: string[] = []
  const log = createLog([({ text }) => lines.push(text)], () => clock.now())
  const stop = new AbortController()
  const renewals = new Set<(type: 'online') => void>()
  const answer: DiscoveryAnswer = {
    systemId,
    outcome: 'no_error',
    nextRequestDelayMs: 0,
    connectionInfo: ['wss://one.test', 'wss://two.test'],
    authToken: 'token-1',
  }
  const discovery = { answer, asked: 0, status: 200 }
  const http = new FakeHttp({}, clock)
  http.route(discoveryUrl, async ({ body }) => {
    decodeDiscoveryRequest(body)
    discovery.asked += 1
    return { status: discovery.status, body: encodeDiscoveryAnswer(discovery.answer) }
  })
  const link = new CloudLink(
    { discovery: { url: discoveryUrl }, dialect: 'schema', responseWaitMs: 10_000 },
    {
      identity: {
        systemId: () => systemId,
        tlsFor: () => undefined,
        watchCertificates: (changed) => {
          renewals.add(changed)
          return () => renewals.delete(changed)
        },
      },
      http: () => http,
      sockets,
      clock,
      random: new SeededRandom(1),
      log,
    },
  )
  const orders: CloudOrder[] = []
  const connections: boolean[] = []
  link.watch((news) => (news.kind === 'order' ? orders.push(news.order) : connections.push(news.connected)))
  return {
    link,
    clock,
    sockets,
    discovery,
    http,
    lines,
    orders,
    connections,
    renew: () => {
      for (const changed of renewals) changed('online')
    },
    async start() {
      void link.run(stop.signal)
      await clock.advance(0)
    },
    async stop() {
      stop.abort()
      await clock.advance(0)
    },
  }
}

/** What the unit sent on a connection, acknowledgements left out. */
export const messagesOf = (received: readonly string[]): readonly Envelope[] =>
  received.map((text) => decodeEnvelope(text)).filter(({ messageType }) => messageType !== 'ack')

export const acksOf = (received: readonly string[]): readonly string[] =>
  received
    .map((text) => decodeEnvelope(text))
    .filter(({ messageType }) => messageType === 'ack')
    .map(({ header }) => header.txn)

export const ackFor = (envelope: Envelope): string => encodeAck(envelope.header)

export const orderText = (order: CloudOrder, txn = 'txn-1', unit = systemId): string =>
  encodeOrder(order, { systemId: unit, createdAtMs: 0, txn })
