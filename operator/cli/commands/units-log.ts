import { gunzipSync } from 'node:zlib'
import type { LogPartRecord, OperatorClient } from '@windlass/wire/operator'
import { command, type Io, type Result } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { oneOf, optional, required, several } from '../params.ts'

const pauseMs = 1000
const patienceMs = 60_000
const mostBytes = 64 * 1024 * 1024

export const unitsLog = command({
  name: 'units log',
  description: 'Ask a unit for a log and print it; it has to be connected',
  params: {
    id: required('<id>', 'the unit'),
    type: oneOf('--type <type>', 'which log', ['system', 'instance', 'crash'], 'system'),
    node: several('--node <id...>', 'only of these nodes'),
    item: optional('--item <id>', 'only of instances of this item'),
    fleet: fleetParam,
  },
  async run({ id, type, node, item, fleet }, io): Promise<Result> {
    const client = connect(fleet, io)
    const request = await client.requestLog(id, {
      type,
      nodeIds: [...node],
      ...(item !== undefined && { itemId: item }),
    })
    const { parts, unanswered } = await arrived(client, id, request, io)
    if (unanswered !== undefined) io.warn(unanswered)
    else if (parts.length === 0) io.warn(`Nothing came within ${patienceMs / 1000} s.`)
    else if (!isWhole(parts)) io.warn('Not all of it came.')
    const page = parts.map(textOf).join('').trimEnd()
    return { page, json: { request, parts }, ...(!isWhole(parts) && { ending: 'unavailable' as const }) }
  },
})

interface Arrived {
  parts: LogPartRecord[]
  /** What the fleet says where the unit does not answer. */
  unanswered: string | undefined
}

/** What came, by node and part, once it is whole or nobody wants to wait any more. */
async function arrived(client: OperatorClient, id: string, request: string, io: Io): Promise<Arrived> {
  let came: Arrived = { parts: [], unanswered: undefined }
  for (let waited = 0; waited < patienceMs && !io.signal.aborted; waited += pauseMs) {
    const { parts, unanswered } = await client.logs(id)
    came = {
      parts: parts.filter((part) => part.request === request).sort(byNode),
      unanswered: unanswered.find((one) => one.request === request)?.error,
    }
    if (isWhole(came.parts) || came.unanswered !== undefined) break
    await io.clock.sleep(pauseMs, io.signal).catch(() => undefined)
  }
  return came
}

/** Which nodes answer is not known before: all parts of those that began have to be there. */
function isWhole(parts: readonly LogPartRecord[]): boolean {
  const nodes = Map.groupBy(parts, ({ nodeId }) => nodeId)
  return parts.length > 0 && [...nodes.values()].every((own) => own.length >= (own[0]?.partCount ?? 1))
}

function byNode(x: LogPartRecord, y: LogPartRecord): number {
  return x.nodeId < y.nodeId ? -1 : x.nodeId > y.nodeId ? 1 : x.part - y.part
}

function textOf({ nodeId, part, status, gzip, error }: LogPartRecord): string {
  const heading = part === 1 ? `${nodeId}:\n` : ''
  if (status !== 'ok') return `${heading}${error ?? status}\n`
  return heading + gunzipSync(Buffer.from(gzip, 'base64'), { maxOutputLength: mostBytes }).toString()
}
