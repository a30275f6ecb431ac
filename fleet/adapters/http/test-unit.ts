import { createHash } from 'node:crypto'
import { makeRequest, newKey } from '@windlass/trust/certificates'
import {
  decodeDiscoveryAnswer,
  decodeEnrolled,
  decodeEnvelope,
  encodeAck,
  encodeDiscoveryRequest,
  encodeEnrolment,
  encodeFact,
} from '@windlass/wire/aoscore-cloud'
import { encodeIndex, encodeManifest, mediaTypes } from '@windlass/wire/oci'
import type { OperatorClient } from '@windlass/wire/operator'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

/** A fleet that listens. */
export interface Reachable {
  url: string
  client: OperatorClient
}

export const postTo = (url: string, path: string, body: string) => fetch(url + path, { method: 'POST', body })

async function csr(): Promise<string> {
  return makeRequest(await newKey('ec'), { commonName: 'somebody', dnsNames: [] })
}

export async function enrolled(fleet: Reachable, systemId = 'u1') {
  const { token } = await fleet.client.claim()
  const enrolment = { claimToken: token, systemId, model: 'boat', csrs: [{ type: 'online', csr: await csr() }] }
  const answer = await postTo(fleet.url, '/enrolment', encodeEnrolment(enrolment))
  return { answer, enrolment, ...decodeEnrolled(await answer.clone().text()) }
}

/** A unit on the line. */
export async function online(fleet: Pick<Reachable, 'url'>, systemId = 'u1') {
  const asked = encodeDiscoveryRequest({ systemId, supportedProtocols: ['wss'] })
  return onLine(systemId, await (await postTo(fleet.url, '/sd/v7/', asked)).text())
}

/** The same, with what service discovery answered. `next` is the next message of a type that the fleet sends, acknowledged. */
export async function onLine(systemId: string, discovered: string) {
  const { connectionInfo, authToken } = decodeDiscoveryAnswer(discovered)
  const socket = new WebSocket(connectionInfo[0] ?? '', { headers: { authorization: `Bearer ${authToken}` } })
  onTestFinished(() => socket.terminate())
  const waiting: ReturnType<typeof decodeEnvelope>[] = []
  let wake = () => {}
  socket.on('message', (data: Buffer) => {
    const envelope = decodeEnvelope(data)
    if (envelope.messageType !== 'ack') socket.send(encodeAck(envelope.header))
    waiting.push(envelope)
    wake()
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const next = async (messageType: string) => {
    for (;;) {
      const at = waiting.findIndex((envelope) => envelope.messageType === messageType)
      const [found] = at < 0 ? [] : waiting.splice(at, 1)
      if (found) return found
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  let txn = 0
  const say = (fact: Parameters<typeof encodeFact>[0]) =>
    socket.send(encodeFact(fact, { systemId, createdAtMs: 0, txn: `t${++txn}` }))
  /** How many of a type came and were not taken yet. */
  const left = (messageType: string) => waiting.filter((envelope) => envelope.messageType === messageType).length
  return { socket, next, say, left }
}

export const bytesOf = (text: string) => Buffer.from(text)
export const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** An item of one small layer. */
export async function published(client: OperatorClient, version: string) {
  const put = async (bytes: Buffer, mediaType: string) => {
    const digest = digestOf(bytes)
    if (!(await client.hasBlob(digest)))
      await client.putBlob(digest, {
        body: (async function* () {
          yield bytes
        })(),
      })
    return { mediaType, digest, size: bytes.length, annotations: {} }
  }
  const config = await put(bytesOf('{"os":"linux","architecture":"amd64"}'), mediaTypes.config)
  const layer = await put(bytesOf(`layer ${version}`), mediaTypes.layer)
  const manifest = await put(bytesOf(encodeManifest({ config, layers: [layer], annotations: {} })), mediaTypes.manifest)
  const index = await put(bytesOf(encodeIndex({ entries: [manifest] })), mediaTypes.index)
  return client.addItem({ itemId: 'app', type: 'service', version, indexDigest: index.digest })
}
