import { instanceStates, nodeStates, type UnitMonitoring, type Usage } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { amount, listOf, whole } from './fields.ts'
import { asCodename, byCodename, byId, encodeIdent, itemIdentity } from './identity.ts'
import { encodeTime, time } from './time.ts'

/*
 * monitoringData (aoscore.md 6.5).
 */

const usage = v.pipe(
  anyCase({
    timestamp: time,
    ram: amount,
    cpu: amount,
    download: v.nullish(amount, 0),
    upload: v.nullish(amount, 0),
    partitions: listOf(anyCase({ name: v.string(), usedSize: amount })),
  }),
  v.transform(({ timestamp, ...same }): Usage => ({ timeMs: timestamp, ...same })),
)
const nodeState = v.pipe(
  anyCase({
    timestamp: time,
    state: v.picklist(nodeStates),
    isConnected: maybe(v.boolean()),
    connected: maybe(v.boolean()),
  }),
  v.transform((o) => ({ timeMs: o.timestamp, state: o.state, connected: o.isConnected ?? o.connected ?? false })),
)
const node = v.pipe(
  anyCase({ node: byCodename, nodeStates: listOf(nodeState), items: listOf(usage) }),
  v.transform((o) => ({ nodeId: o.node, states: o.nodeStates, usages: o.items })),
)
const instanceState = v.pipe(
  anyCase({ timestamp: time, state: v.picklist(instanceStates) }),
  v.transform((o) => ({ timeMs: o.timestamp, state: o.state })),
)
const instance = v.pipe(
  anyCase({
    item: itemIdentity,
    subject: byId,
    instance: count,
    node: byCodename,
    itemStates: listOf(instanceState),
    items: listOf(usage),
  }),
  v.transform((o) => ({
    ident: { ...o.item, subjectId: o.subject, index: o.instance },
    nodeId: o.node,
    states: o.itemStates,
    usages: o.items,
  })),
)
const monitoringData = v.pipe(
  anyCase({ nodes: listOf(node), instances: listOf(instance) }),
  v.transform((monitoring): UnitMonitoring => monitoring),
)

/** @throws WireError */
export function decodeMonitoring(data: unknown): UnitMonitoring {
  return shape('monitoringData', monitoringData, data)
}

// Clouds differ on the name of the flag: the schema has had both.
export function encodeMonitoring({ nodes, instances }: UnitMonitoring) {
  return {
    nodes: nodes.map(({ nodeId, states, usages }) => ({
      node: asCodename(nodeId),
      nodeStates: states.map(({ timeMs, state, connected }) => ({
        timestamp: encodeTime(timeMs),
        state,
        isConnected: connected,
        connected,
      })),
      items: usages.map(encodeUsage),
    })),
    instances: instances.map(({ ident, nodeId, states, usages }) => ({
      ...encodeIdent(ident),
      node: asCodename(nodeId),
      itemStates: states.map(({ timeMs, state }) => ({ timestamp: encodeTime(timeMs), state })),
      items: usages.map(encodeUsage),
    })),
  }
}

const encodeUsage = ({ timeMs, ram, cpu, download, upload, partitions }: Usage) => ({
  timestamp: encodeTime(timeMs),
  ram: whole(ram),
  cpu: whole(cpu),
  download: whole(download),
  upload: whole(upload),
  partitions: partitions.map(({ name, usedSize }) => ({ name, usedSize: whole(usedSize) })),
})
