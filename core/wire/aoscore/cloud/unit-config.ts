import type { AlertRule, AlertRules, NodeConfig, UnitConfig } from '@windlass/model/unit'
import * as v from 'valibot'
import { alertRulesSchema } from '../../oci/alert-rules.ts'
import { anyCase, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import { amount, listOf, whole } from './fields.ts'
import { asCodename, byCodename } from './identity.ts'

/*
 * A unit's configuration and a node's part of it (aoscore.md 5.8). The older `nodeId` and `nodeType` are read too.
 */

const ratio = maybe(amount)
const nodeConfigSchema = v.pipe(
  anyCase({
    version: maybe(v.string()),
    node: maybe(byCodename),
    nodeId: maybe(v.string()),
    nodeGroupSubject: maybe(byCodename),
    nodeType: maybe(v.string()),
    alertRules: maybe(alertRulesSchema),
    resourceRatios: maybe(
      v.pipe(
        anyCase({ cpu: ratio, ram: ratio, storage: ratio, state: ratio }),
        v.transform((ratios) => present(ratios)),
      ),
    ),
    labels: listOf(v.string()),
    priority: v.nullish(amount, 0),
  }),
  v.transform(
    (o): NodeConfig =>
      present({
        version: o.version,
        nodeId: o.node ?? o.nodeId,
        nodeType: o.nodeGroupSubject ?? o.nodeType ?? '',
        alertRules: o.alertRules,
        resourceRatios: o.resourceRatios,
        labels: o.labels,
        priority: o.priority,
      }),
  ),
)

export const unitConfigSchema = v.pipe(
  anyCase({ version: v.string(), formatVersion: v.nullish(v.string(), ''), nodes: listOf(nodeConfigSchema) }),
  v.transform((config): UnitConfig => config),
)

export function encodeUnitConfig({ version, formatVersion, nodes }: UnitConfig) {
  return { version, formatVersion, nodes: nodes.map(encodeNodeConfig) }
}

/** @throws WireError */
export function decodeUnitConfig(document: unknown): UnitConfig {
  return shape('unitConfig', unitConfigSchema, document)
}

export function encodeNodeConfig({ nodeId, nodeType, alertRules, ...same }: NodeConfig) {
  return {
    ...same,
    node: nodeId === undefined ? undefined : asCodename(nodeId),
    nodeGroupSubject: asCodename(nodeType),
    alertRules: alertRules && encodeAlertRules(alertRules),
  }
}

/** @throws WireError */
export function decodeNodeConfig(document: unknown): NodeConfig {
  return shape('nodeConfig', nodeConfigSchema, document)
}

// The cloud's schema wants seconds as a number, and more than none; files have ISO 8601 texts.
function encodeAlertRules({ ram, cpu, partitions, download, upload }: AlertRules) {
  return {
    ram: ram && encodeRule(ram),
    cpu: cpu && encodeRule(cpu),
    partitions: partitions.length > 0 ? partitions.map((one) => ({ name: one.name, ...encodeRule(one) })) : undefined,
    download: download && encodePoints(download),
    upload: upload && encodePoints(upload),
  }
}

const encodeRule = ({ minTimeoutMs, minThreshold, maxThreshold }: AlertRule) => ({
  minTimeout: Math.max(1, minTimeoutMs) / 1000,
  minThreshold,
  maxThreshold,
})

const encodePoints = (rule: AlertRule) => ({
  ...encodeRule(rule),
  minThreshold: whole(rule.minThreshold),
  maxThreshold: whole(rule.maxThreshold),
})
