import { type InstanceStatus, type ItemStatus, instanceStates, type UnitStatus } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { errorInfo } from './error-info.ts'
import { listOf } from './fields.ts'
import { asCodename, byCodename, byId, encodeOwnership, itemIdentity } from './identity.ts'
import { encodeNodeStatus, nodeStatus } from './node-status.ts'

/*
 * unitStatus (aoscore.md 6.5, 2.1.7). Instances travel grouped by item, subject and version, without manifest digests and
 * environment variables.
 */

const configStatus = v.pipe(
  anyCase({ version: v.nullish(v.string(), ''), state: v.picklist(['absent', 'installed', 'failed']), errorInfo }),
  v.transform(({ version, state, errorInfo: error }) => present({ version, state, error })),
)

const itemStates = [
  'unknown',
  'downloading',
  'pending',
  'installing',
  'installed',
  'removing',
  'removed',
  'failed',
] as const
const itemStatus = v.pipe(
  anyCase({ item: itemIdentity, version: v.string(), state: v.picklist(itemStates), errorInfo }),
  v.transform(
    ({ item: { preinstalled, ...item }, version, state, errorInfo: error }): ItemStatus =>
      present({ ...item, version, state, preinstalled: preinstalled || undefined, error }),
  ),
)

const instance = anyCase({
  node: byCodename,
  runtime: byCodename,
  instance: count,
  stateChecksum: maybe(v.string()),
  state: v.picklist(instanceStates),
  errorInfo,
})
const instanceGroup = v.pipe(
  anyCase({ item: itemIdentity, subject: byId, version: v.string(), instances: listOf(instance) }),
  v.transform(({ item, subject, version, instances }) =>
    instances.map(
      (one): InstanceStatus =>
        present({
          ident: { ...item, subjectId: subject, index: one.instance },
          version,
          nodeId: one.node,
          runtimeId: one.runtime,
          manifestDigest: '',
          state: one.state,
          stateChecksum: one.stateChecksum,
          envVars: [],
          error: one.errorInfo,
        }),
    ),
  ),
)

const maybeList = <S extends v.GenericSchema>(entry: S) => v.optional(v.nullable(listOf(entry)))
const unitStatus = v.pipe(
  anyCase({
    isDeltaInfo: v.nullish(v.boolean(), false),
    unitConfig: maybeList(configStatus),
    nodes: maybeList(nodeStatus),
    items: maybeList(itemStatus),
    instances: maybeList(instanceGroup),
    subjects: maybeList(byCodename),
  }),
  v.transform(
    (o): UnitStatus =>
      present({
        isDelta: o.isDeltaInfo,
        unitConfig: o.unitConfig ?? undefined,
        nodes: o.nodes ?? undefined,
        items: o.items ?? undefined,
        instances: o.instances?.flat(),
        subjects: o.subjects ?? undefined,
      }),
  ),
)

export function encodeUnitStatus({ isDelta, unitConfig, nodes, items, instances, subjects }: UnitStatus) {
  return {
    isDeltaInfo: isDelta,
    unitConfig: unitConfig?.map(({ version, state, error }) => ({ version, state, errorInfo: error })),
    nodes: nodes?.map(encodeNodeStatus),
    items: items?.map(encodeItemStatus),
    instances: instances && encodeInstances(instances),
    subjects: subjects?.map(asCodename),
  }
}

/** @throws WireError */
export function decodeUnitStatus(data: unknown): UnitStatus {
  return shape('unitStatus', unitStatus, data)
}

function encodeItemStatus({ itemId, type, version, state, preinstalled, error }: ItemStatus) {
  return { item: { [preinstalled ? 'codename' : 'id']: itemId, type }, version, state, errorInfo: error }
}

function encodeInstances(instances: readonly InstanceStatus[]) {
  const groups = Map.groupBy(instances, ({ ident, version }) =>
    JSON.stringify([ident.itemId, ident.subjectId, ident.type, ident.preinstalled, version]),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first
      ? [{ ...encodeOwnership(first.ident), version: first.version, instances: group.map(encodeInstance) }]
      : []
  })
}

const encodeInstance = (status: InstanceStatus) => ({
  node: asCodename(status.nodeId),
  runtime: asCodename(status.runtimeId),
  instance: status.ident.index,
  stateChecksum: status.stateChecksum,
  state: status.state,
  errorInfo: status.error,
})
