import { createInterface } from 'node:readline'
import type { UnitFact } from '@windlass/model/unit'
import {
  decodeDiscoveryAnswer,
  decodeEnvelope,
  encodeAck,
  encodeDiscoveryRequest,
  encodeFact,
} from '@windlass/wire/aoscore-cloud'
import { WebSocket } from 'ws'

/*
 * Units that are on the line and have nothing more to say: node units.ts ADDRESS. Each number N on a line of the input brings units
 * 1 to N on the line; when each was heard, N is printed. Ends with the input.
 */

const [address = ''] = process.argv.slice(2)
const atOnce = 32

/** Finds its socket, opens it, says its whole status, and is heard. */
async function comeOnline(systemId: string): Promise<void> {
  const body = encodeDiscoveryRequest({ systemId, supportedProtocols: ['wss'] })
  const answer = await fetch(`${address}/sd/v7/`, { method: 'POST', body })
  if (!answer.ok) throw new Error(`expected to be told of a socket, got ${answer.status}: ${await answer.text()}`)
  const { connectionInfo, authToken } = decodeDiscoveryAnswer(await answer.text())
  const headers = { authorization: `Bearer ${authToken}` }
  const socket = new WebSocket(connectionInfo[0] ?? '', { headers, perMessageDeflate: false })
  socket.once('close', (code) => gone(`${systemId}: closed with ${code}`))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket
    .once('error', reject)
    .once('open', () => socket.send(encodeFact(hello, { systemId, createdAtMs: 0, txn: '1' })))
  socket.on('message', (data: Buffer) => {
    const envelope = decodeEnvelope(data)
    if (envelope.messageType === 'ack') resolve()
    else socket.send(encodeAck(envelope.header))
  })
  await promise
}

const hello: UnitFact = {
  kind: 'unit_status',
  status: {
    isDelta: false,
    nodes: [],
    items: Array.from({ length: 8 }, (_, n) => ({
      type: 'service',
      itemId: `service-${n}`,
      version: '1.0.0',
      state: 'installed',
    })),
    instances: [],
  },
}

function gone(why: string): void {
  console.error(why)
  process.exitCode = 1
}

let online = 0
for await (const line of createInterface(process.stdin)) {
  const wanted = Number(line)
  const come = async (): Promise<void> => {
    while (online < wanted) {
      online += 1
      await comeOnline(`unit-${online}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, come))
  console.log(wanted)
}
process.exit()
