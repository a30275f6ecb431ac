import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { CloudOrder, UnitFact } from '@windlass/model/unit'
import { createLog, nodeHttp, systemClock, systemRandom } from '@windlass/platform'
import { issue, makeAuthority, makeRequest, newKey, readRequest } from '@windlass/trust/certificates'
import {
  decodeAcknowledgement,
  decodeEnvelope,
  decodeFact,
  encodeAck,
  encodeDiscoveryAnswer,
  encodeOrder,
} from '@windlass/wire/aoscore-cloud'
import { afterEach, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Tls } from '../ports.ts'
import { CloudLink } from './cloud-link.ts'
import { wsSockets } from './ws-sockets.ts'

const day = 86_400_000
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function certified(authority: { key: string; certificate: string }, commonName: string): Promise<Tls> {
  const key = await newKey('ec')
  const request = await readRequest(await makeRequest(key, { commonName, dnsNames: ['localhost'] }))
  return { key, cert: await issue(authority, request, Date.now(), day), ca: authority.certificate }
}

/** A cloud that wants certificates of its authority: discovery and WebSocket on one port. */
async function realCloud(tls: Tls) {
  const facts: UnitFact[] = []
  const acked: string[] = []
  const names: unknown[] = []
  const header = { systemId: 'unit-77', createdAtMs: Date.now(), txn: 'order-1' }
  const server: Server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (_, response) => {
    const { port } = server.address() as AddressInfo
    const outcome = 'no_error' as const
    const connectionInfo = ['wss://localhost:1/dead', `wss://localhost:${port}/`]
    response.end(
      encodeDiscoveryAnswer({
        systemId: 'unit-77',
        outcome,
        nextRequestDelayMs: 0,
        connectionInfo,
        authToken: 'token',
      }),
    )
  })
  const sockets = new WebSocketServer({ server })
  const order: CloudOrder = { kind: 'start_provisioning', correlationId: 'c', nodeId: 'n', password: '' }
  sockets.on('connection', (ws, request) => {
    names.push(request.headers.authorization)
    ws.on('message', (data: Buffer) => {
      const envelope = decodeEnvelope(data)
      if (decodeAcknowledgement(envelope)) return acked.push(envelope.header.txn)
      facts.push(decodeFact(envelope))
      ws.send(encodeAck(envelope.header))
    })
    ws.send(encodeOrder(order, header))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
  })
  return { facts, acked, names, order, port: (server.address() as AddressInfo).port }
}

function linkTo(port: number, tls: Tls, lines: string[]) {
  const stop = new AbortController()
  closers.push(() => stop.abort())
  const link = new CloudLink(
    {
      discovery: { overrideUrl: `https://localhost:${port}/sd/v7/`, url: '' },
      dialect: 'schema',
      responseWaitMs: 10_000,
    },
    {
      identity: { systemId: () => 'unit-77', tlsFor: () => tls, watchCertificates: () => () => undefined },
      http: (own) => nodeHttp({ ...own }),
      sockets: wsSockets,
      clock: systemClock,
      random: systemRandom,
      log: createLog([({ text }) => lines.push(text)], Date.now),
    },
  )
  void link.run(stop.signal)
  return link
}

it('C1 discovery and link over mutual TLS: the dead address is passed over, messages go both ways', async () => {
  const authority = await makeAuthority('authority', Date.now(), day)
  const cloud = await realCloud(await certified(authority, 'cloud'))
  const link = linkTo(cloud.port, await certified(authority, 'unit-77'), [])
  const orders: CloudOrder[] = []
  link.watch((news) => news.kind === 'order' && orders.push(news.order))
  await expect.poll(() => orders, { timeout: 15_000 }).toEqual([cloud.order])
  link.send({ kind: 'unit_status', status: { isDelta: false, subjects: ['s'] } })
  await expect
    .poll(() => cloud.facts, { timeout: 15_000 })
    .toEqual([{ kind: 'unit_status', status: { isDelta: false, subjects: ['s'] } }])
  expect([cloud.acked, cloud.names]).toEqual([['order-1'], ['Bearer token']])
}, 30_000)

it('a cloud of another authority is not spoken to', async () => {
  const cloud = await realCloud(await certified(await makeAuthority('another authority', Date.now(), day), 'cloud'))
  const lines: string[] = []
  linkTo(cloud.port, await certified(await makeAuthority('authority', Date.now(), day), 'unit-77'), lines)
  await expect.poll(() => lines, { timeout: 15_000 }).toContain('cloud not reached')
  expect(cloud.names).toEqual([])
}, 30_000)
