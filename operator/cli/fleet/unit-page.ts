import type { UnitDetail, UnitRecord } from '@windlass/wire/operator'
import { facts, table } from '../page/table.ts'

export const unitHeading = ['UNIT', 'MODEL', 'LINK', 'RELEASE', 'STANDING', 'WHY']

export function unitRow({ id, model, connected, release, standing, why }: UnitRecord): string[] {
  const link = connected ? 'connected' : 'away'
  return [id, model, link, release ? `${release.id} (${release.name})` : '-', standing.replaceAll('_', ' '), why ?? '']
}

/** Nodes, firmware and services of one unit. */
export function unitPage(unit: UnitDetail): string {
  const head = facts({
    unit: unit.id,
    model: unit.model,
    link: unit.connected ? 'connected' : 'away',
    release: unit.release ? `${unit.release.id} (${unit.release.name})` : undefined,
    standing: unit.standing.replaceAll('_', ' '),
    why: unit.why ?? undefined,
    labels:
      Object.entries(unit.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ') || undefined,
    configuration: unit.unitConfig.map(({ version, state }) => `${version} ${state}`).join(', ') || undefined,
    'first seen': unit.firstSeen,
    'last seen': unit.lastSeen,
  })
  const nodes = unit.nodes.map((node) => [
    node.nodeId,
    node.type,
    node.state,
    node.connected ? 'yes' : 'NO',
    node.runtimes.join(' '),
    node.error ?? '',
  ])
  const instances = unit.instances.map((one) => [
    one.itemId,
    one.version,
    `${one.subjectId}/${one.index}`,
    one.nodeId || '-',
    one.state,
    one.error ?? '',
  ])
  const parts = [head]
  if (nodes.length > 0) parts.push(table(nodes, ['NODE', 'TYPE', 'STATE', 'LINK', 'RUNTIMES', 'ERROR']))
  if (instances.length > 0) parts.push(table(instances, ['ITEM', 'VERSION', 'INSTANCE', 'NODE', 'STATE', 'ERROR']))
  return parts.join('\n\n')
}
