import type { AlertRule, AlertRules } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, list, maybe, present } from './document-schema.ts'
import { duration, formatDuration } from './duration.ts'

const ruleFields = { minTimeout: v.nullish(duration, 0), minThreshold: v.number(), maxThreshold: v.number() }
const rule = anyCase(ruleFields)

/** When a measured value is worth an alert (aoscore.md 5.8), in item and node configurations alike. */
export const alertRulesSchema = v.pipe(
  anyCase({
    ram: maybe(rule),
    cpu: maybe(rule),
    partitions: list(anyCase({ name: v.string(), ...ruleFields })),
    download: maybe(rule),
    upload: maybe(rule),
  }),
  v.transform((rules): AlertRules => {
    const { ram, cpu, partitions, download, upload } = rules
    return present({
      ram: ram && ruleOf(ram),
      cpu: cpu && ruleOf(cpu),
      partitions: partitions.map((partition) => ({ name: partition.name, ...ruleOf(partition) })),
      download: download && ruleOf(download),
      upload: upload && ruleOf(upload),
    })
  }),
)

function ruleOf({ minTimeout, minThreshold, maxThreshold }: v.InferOutput<typeof rule>): AlertRule {
  return { minTimeoutMs: minTimeout, minThreshold, maxThreshold }
}

/** As JSON has it; time spans in ISO 8601. */
export function alertRulesDocument({ ram, cpu, partitions, download, upload }: AlertRules): Record<string, unknown> {
  return present({
    ram: ram && ruleDocument(ram),
    cpu: cpu && ruleDocument(cpu),
    partitions: partitions.length > 0 ? partitions.map((one) => ({ name: one.name, ...ruleDocument(one) })) : undefined,
    download: download && ruleDocument(download),
    upload: upload && ruleDocument(upload),
  })
}

function ruleDocument({ minTimeoutMs, minThreshold, maxThreshold }: AlertRule): Record<string, unknown> {
  return { minTimeout: formatDuration(minTimeoutMs), minThreshold, maxThreshold }
}
