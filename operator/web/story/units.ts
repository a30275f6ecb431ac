import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import type { InstanceStatus, ItemState, NodeAlert, UnitFact, UnitStatus } from '@windlass/model/unit'
import { makeRequest, newKey } from '@windlass/trust/certificates'
import {
  decodeDiscoveryAnswer,
  decodeEnvelope,
  decodeOrder,
  type Envelope,
  encodeAck,
  encodeDiscoveryRequest,
  encodeEnrolment,
  encodeFact,
} from '@windlass/wire/aoscore-cloud'
import { encodeIndex, encodeManifest, mediaTypes } from '@windlass/wire/oci'
import { type OperatorClient, operatorClient } from '@windlass/wire/operator'
import { WebSocket } from 'ws'
import type { FleetProgram } from './fleet-program.ts'

/** A unit on the line, as the fleet sees one. */
export interface PlayedUnit {
  say(status: UnitStatus): void
  tell(fact: UnitFact): void
  leave(): void
}

/** Enrols a unit, with a claim of its own where it has none, and connects it. Messages are acknowledged; logs and variables answered. */
export async function connectUnit(
  { url }: FleetProgram,
  systemId: string,
  model: string,
  claimToken?: string,
): Promise<PlayedUnit> {
  const token = claimToken ?? (await operatorClient({ url }).claim()).token
  const csr = await makeRequest(await newKey('ec'), { commonName: systemId, dnsNames: [] })
  const enrolment = encodeEnrolment({ claimToken: token, systemId, model, csrs: [{ type: 'online', csr }] })
  await fetch(`${url}/enrolment`, { method: 'POST', body: enrolment })
  const asking = encodeDiscoveryRequest({ systemId, supportedProtocols: ['wss'] })
  const answer = await fetch(`${url}/sd/v7/`, { method: 'POST', body: asking })
  const { connectionInfo, authToken } = decodeDiscoveryAnswer(await answer.text())
  const socket = new WebSocket(connectionInfo[0] ?? '', { headers: { authorization: `Bearer ${authToken}` } })
  let txn = 0
  const tell = (fact: UnitFact): void => {
    txn += 1
    socket.send(encodeFact(fact, { systemId, createdAtMs: Date.now(), txn: `t${txn}` }))
  }
  socket.on('message', (data: Buffer) => {
    const envelope = decodeEnvelope(data)
    if (envelope.messageType === 'ack') return
    socket.send(encodeAck(envelope.header))
    for (const fact of answersTo(envelope)) tell(fact)
  })
  await once(socket, 'open')
  return { say: (status) => tell({ kind: 'unit_status', status }), tell, leave: () => socket.close() }
}

function answersTo(envelope: Envelope): UnitFact[] {
  const order = decodeOrder(envelope)
  if (order?.kind === 'request_log')
    return ['bridge', 'engine'].map((nodeId) => ({
      kind: 'push_log',
      nodeId,
      part: { correlationId: order.correlationId, partCount: 1, part: 1, data: logOf(nodeId), status: 'ok' },
    }))
  if (order?.kind !== 'override_env_vars') return []
  const statuses = order.items.flatMap(({ filter, variables }) =>
    variables.map(({ name }) => ({
      ident: { itemId: filter.itemId ?? 'navigation', subjectId: 'unit', index: 0 },
      name,
    })),
  )
  return [{ kind: 'env_vars_status', statuses }]
}

function logOf(nodeId: string): Uint8Array {
  const lines = ['systemd[1]: Started service manager.', 'servicemanager: telemetry #0 is active', 'crun: 1 container']
  return gzipSync(lines.map((line, n) => `08:14:0${n} ${nodeId} ${line}\n`).join(''))
}

/** What a unit of two nodes measured over an hour, and what it warned of. */
export function tellOfLoad(unit: PlayedUnit, nowMs: number): void {
  for (let minute = 60; minute >= 0; minute -= 2) {
    const timeMs = nowMs - minute * 60_000
    const usage = (shift: number) => ({
      timeMs,
      cpu: 6000 + 2500 * Math.sin(minute / 7 + shift) + 900 * Math.sin(minute * 1.7 + shift),
      ram: 1.2e9 + 2e8 * shift + 4e6 * (60 - minute),
      partitions: [],
      download: 0,
      upload: 0,
    })
    const nodes = ['bridge', 'engine'].map((nodeId, shift) => ({ nodeId, states: [], usages: [usage(shift)] }))
    unit.tell({ kind: 'monitoring', monitoring: { nodes, instances: [] } })
  }
  const ident = { itemId: 'navigation', subjectId: 'unit', index: 0, type: 'service', preinstalled: false } as const
  const told: NodeAlert[] = [
    { kind: 'system_quota', timeMs: nowMs, parameter: 'cpu', value: 18_400, status: 'raise' },
    { kind: 'instance', timeMs: nowMs, ident, version: '1.4.0', message: 'ended with code 1' },
    { kind: 'system_quota', timeMs: nowMs, parameter: 'cpu', value: 9100, status: 'fall' },
  ]
  unit.tell({ kind: 'alerts', alerts: told.map((alert) => ({ kind: 'node', nodeId: 'bridge', alert })) })
}

/** A unit on its way to `summer`: its services are fetched, the new one starts. */
export function halfwayStatus(): UnitStatus {
  const spring = springStatus(false)
  const item = (itemId: string, version: string, state: ItemState) => ({
    itemId,
    type: 'service' as const,
    version,
    state,
  })
  return {
    ...spring,
    items: [
      item('navigation', '1.5.0', 'installed'),
      item('telemetry', '0.9.2', 'installed'),
      item('anchor-watch', '1.0.0', 'installed'),
    ],
    instances: [
      ...(spring.instances ?? []).filter(({ ident }) => ident.itemId !== 'navigation'),
      runs('navigation', '1.5.0', 'bridge'),
      { ...runs('anchor-watch', '1.0.0', 'engine'), state: 'activating' },
    ],
  }
}

/** A unit on which all of `summer` runs. */
export function summerStatus(): UnitStatus {
  const halfway = halfwayStatus()
  return { ...halfway, instances: (halfway.instances ?? []).map((one) => ({ ...one, state: 'active' as const })) }
}

/** Two releases of a navigation system, the second with a newer service and one more. */
export async function fillReleases({ url }: FleetProgram): Promise<void> {
  const client = operatorClient({ url })
  for (const [itemId, version] of [
    ['navigation', '1.4.0'],
    ['navigation', '1.5.0'],
    ['telemetry', '0.9.2'],
    ['anchor-watch', '1.0.0'],
  ] as const)
    await addItem(client, itemId, version)
  const items = [
    { itemId: 'navigation', version: '1.4.0' },
    { itemId: 'telemetry', version: '0.9.2' },
  ]
  const instances = [{ itemId: 'navigation' }, { itemId: 'telemetry', numInstances: 2 }]
  await client.addRelease({ name: 'spring', notes: 'The first of the season.', items, instances })
  await client.addRelease({
    name: 'summer',
    notes: 'Anchor watch, and a navigation that knows the new marks.',
    items: [
      { itemId: 'navigation', version: '1.5.0' },
      { itemId: 'telemetry', version: '0.9.2' },
      { itemId: 'anchor-watch', version: '1.0.0' },
    ],
    instances: [...instances, { itemId: 'anchor-watch', priority: 10 }],
  })
}

async function addItem(client: OperatorClient, itemId: string, version: string): Promise<void> {
  const put = async (text: string, mediaType: string) => {
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
    const body = (async function* () {
      yield Buffer.from(text)
    })()
    if (!(await client.hasBlob(digest))) await client.putBlob(digest, { body })
    return { mediaType, digest, size: text.length, annotations: {} }
  }
  const config = await put('{"os":"linux","architecture":"amd64"}', mediaTypes.config)
  const layer = await put(`${itemId} ${version}`.repeat(400), mediaTypes.layer)
  const manifest = await put(encodeManifest({ config, layers: [layer], annotations: {} }), mediaTypes.manifest)
  const index = await put(encodeIndex({ entries: [manifest] }), mediaTypes.index)
  await client.addItem({ itemId, type: 'service', version, indexDigest: index.digest })
}

const linux = { os: 'linux', features: [] }
const node = (nodeId: string, title: string) => ({
  nodeId,
  nodeType: 'imx8',
  title,
  maxDmips: 20_000,
  totalRam: 4e9,
  os: linux,
  cpus: [],
  partitions: [],
  attrs: {},
  state: 'provisioned' as const,
  runtimes: [
    {
      runtimeId: 'crun',
      type: 'crun',
      maxDmips: 20_000,
      totalRam: 4e9,
      maxInstances: 0,
      arch: { architecture: 'amd64' },
      os: linux,
    },
  ],
  resources: [],
  isConnected: true,
})

const runs = (itemId: string, version: string, nodeId: string, index = 0): InstanceStatus => ({
  ident: { itemId, subjectId: 'unit', index, type: 'service', preinstalled: false },
  version,
  nodeId,
  runtimeId: 'crun',
  manifestDigest: 'sha256:0',
  state: 'active',
  envVars: [],
})

const firmware = (nodeId: string, version: string): InstanceStatus => ({
  ident: { itemId: 'rootfs', subjectId: nodeId, index: 0, type: 'component', preinstalled: true },
  version,
  nodeId,
  runtimeId: 'rootfs',
  manifestDigest: 'sha256:0',
  state: 'active',
  envVars: [],
})

/** A unit of two nodes that runs the release `spring`; `broken`: its navigation does not come up. */
export function springStatus(broken: boolean): UnitStatus {
  const navigation = runs('navigation', '1.4.0', 'bridge')
  const error = { message: 'ended with code 1, three times within a minute', aosCode: 0, exitCode: 1 }
  return {
    isDelta: false,
    nodes: [node('bridge', 'Bridge computer'), node('engine', 'Engine room')],
    items: [
      { itemId: 'navigation', type: 'service', version: '1.4.0', state: 'installed' },
      { itemId: 'telemetry', type: 'service', version: '0.9.2', state: 'installed' },
    ],
    instances: [
      broken ? { ...navigation, state: 'failed', error } : navigation,
      runs('telemetry', '0.9.2', 'bridge'),
      runs('telemetry', '0.9.2', 'engine', 1),
      firmware('bridge', '7.2.0'),
      firmware('engine', '7.1.3'),
    ],
  }
}
