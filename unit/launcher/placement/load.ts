import { type AlertRule, type InstanceIdent, instanceKey } from '@windlass/model/unit'
import type { Site } from './input.ts'

/** CPU in DMIPS, memory in bytes. */
export interface Load {
  cpu: number
  ram: number
}

export const noLoad: Load = { cpu: 0, ram: 0 }

/**
 * What a node with alert rules does not give away while the unit is balanced again: what is above the lower threshold, and
 * what others than instances use (aoscore.md 5.4). Nodes that are not overloaded keep it back too, or they would be next.
 */
export function keptBack({ node, config, average }: Site): Load {
  const others = (of: 'cpu' | 'ram') =>
    Math.max(0, (average?.node[of] ?? 0) - (average?.instances ?? []).reduce((sum, { usage }) => sum + usage[of], 0))
  const back = (total: number, rule: AlertRule | undefined, used: number) =>
    rule ? total * (1 - rule.minThreshold / 100) + used : 0
  return {
    cpu: back(node.maxDmips, config.alertRules?.cpu, others('cpu')),
    ram: back(node.totalRam, config.alertRules?.ram, others('ram')),
  }
}

export function isOverloaded({ node, config, average }: Site): boolean {
  const above = (used: number | undefined, total: number, rule: AlertRule | undefined) =>
    used !== undefined && rule !== undefined && used > (total * rule.maxThreshold) / 100
  return (
    above(average?.node.cpu, node.maxDmips, config.alertRules?.cpu) ||
    above(average?.node.ram, node.totalRam, config.alertRules?.ram)
  )
}

export function measured({ average }: Site, ident: InstanceIdent): Load {
  const key = instanceKey(ident)
  return average?.instances.find((one) => instanceKey(one.ident) === key)?.usage ?? noLoad
}
