import type { AlertRule, AlertRules } from '@windlass/model/unit'
import { listOf, most, unsigned, whole } from './checks.ts'
import type {
  AlertRulePercents,
  AlertRulePoints,
  MonitoringParameters,
  AlertRules as WireRules,
} from './generated/servicemanager/v5/servicemanager.ts'
import { decodeDuration, encodeDuration } from './times.ts'

export function encodeMonitoringParameters(rules: AlertRules | undefined): MonitoringParameters | undefined {
  if (!rules) return undefined
  return {
    alertRules: {
      ram: rules.ram && percents(rules.ram),
      cpu: rules.cpu && percents(rules.cpu),
      partitions: rules.partitions.map((rule) => ({ name: rule.name, ...percents(rule) })),
      download: rules.download && points(rules.download),
      upload: rules.upload && points(rules.upload),
    },
  }
}

export function decodeMonitoringParameters(
  path: string,
  wire: MonitoringParameters | undefined,
): { alertRules?: AlertRules } {
  return wire?.alertRules ? { alertRules: decodeRules(`${path}.alert_rules`, wire.alertRules) } : {}
}

function decodeRules(path: string, { ram, cpu, partitions, download, upload }: WireRules): AlertRules {
  return {
    ...(ram && { ram: decodePercents(`${path}.ram`, ram) }),
    ...(cpu && { cpu: decodePercents(`${path}.cpu`, cpu) }),
    partitions: listOf(`${path}.partitions`, most.partitions, partitions, (at, rule) => ({
      name: rule.name,
      ...decodePercents(at, rule),
    })),
    ...(download && { download: decodePoints(`${path}.download`, download) }),
    ...(upload && { upload: decodePoints(`${path}.upload`, upload) }),
  }
}

function percents({ minTimeoutMs, minThreshold, maxThreshold }: AlertRule): AlertRulePercents {
  return { duration: encodeDuration(minTimeoutMs), minThreshold, maxThreshold }
}

function decodePercents(path: string, { duration, minThreshold, maxThreshold }: AlertRulePercents): AlertRule {
  return { minTimeoutMs: decodeDuration(`${path}.duration`, duration), minThreshold, maxThreshold }
}

function points({ minTimeoutMs, minThreshold, maxThreshold }: AlertRule): AlertRulePoints {
  return {
    duration: encodeDuration(minTimeoutMs),
    minThreshold: unsigned(minThreshold),
    maxThreshold: unsigned(maxThreshold),
  }
}

function decodePoints(path: string, { duration, minThreshold, maxThreshold }: AlertRulePoints): AlertRule {
  return {
    minTimeoutMs: decodeDuration(`${path}.duration`, duration),
    minThreshold: whole(`${path}.min_threshold`, minThreshold),
    maxThreshold: whole(`${path}.max_threshold`, maxThreshold),
  }
}
