import type { ErrorInfo } from '@windlass/model/unit'
import type { ItemRecord, ReleaseRecord, UnitDetail, UnitRecord } from '@windlass/wire/operator'
import type { ItemVersion, Release } from '../../units/records.ts'
import type { KnownUnit } from '../../units/unit-office.ts'
import { moment } from './encode.ts'

/*
 * Records of units as the operator API shows them.
 */

const reason = (error: ErrorInfo | undefined): string | null => error?.message ?? null

export function encodeItem({ blobs, createdAt, ...item }: ItemVersion): ItemRecord {
  return { ...item, blobs: blobs.length, createdAt: moment(createdAt) }
}

export function encodeRelease({ createdAt, ...release }: Release): ReleaseRecord {
  return { ...release, createdAt: moment(createdAt) }
}

export function encodeUnit({ unit, releaseName, connected, standing, why }: KnownUnit): UnitRecord {
  const { id, model, release, labels, firstSeen, lastSeen } = unit
  const named = release === null ? null : { id: release, name: releaseName ?? '' }
  return {
    id,
    model,
    connected,
    release: named,
    labels: { ...labels },
    standing,
    why,
    firstSeen: moment(firstSeen),
    lastSeen: moment(lastSeen),
  }
}

export function encodeUnitDetail(known: KnownUnit): UnitDetail {
  const { nodes = [], items = [], instances = [], unitConfig = [] } = known.unit.status ?? {}
  return {
    ...encodeUnit(known),
    nodes: nodes.map(({ nodeId, nodeType, title, state, isConnected, runtimes, maxDmips, totalRam, error }) => ({
      nodeId,
      type: nodeType,
      title,
      state,
      connected: isConnected,
      runtimes: runtimes.map(({ type }) => type),
      maxDmips,
      totalRam,
      error: reason(error),
    })),
    items: items.map(({ itemId, version, state, error }) => ({ itemId, version, state, error: reason(error) })),
    instances: instances.map(({ ident, version, nodeId, state, error }) => ({
      ...ident,
      version,
      nodeId,
      state,
      error: reason(error),
    })),
    unitConfig: unitConfig.map(({ version, state, error }) => ({ version, state, error: reason(error) })),
  }
}
