import type { Monitoring, Usage } from '@windlass/model/unit'
import { listOf, most, present, unsigned, whole } from './checks.ts'
import type {
  AverageMonitoring,
  InstantMonitoring,
  MonitoringData,
} from './generated/servicemanager/v5/servicemanager.ts'
import { decodeIdent, encodeIdent } from './instance-ident.ts'
import { decodeTime } from './times.ts'

/** InstantMonitoring and AverageMonitoring have the same fields. */
export function encodeMonitoring({ node, instances }: Monitoring): InstantMonitoring {
  return {
    nodeMonitoring: encodeUsage(node),
    instancesMonitoring: instances.map(({ ident, runtimeId, usage }) => ({
      instance: encodeIdent(ident),
      runtimeId,
      monitoringData: encodeUsage(usage),
    })),
  }
}

type DecodeTime = (path: string, wire: Date | undefined) => number

/** What was measured at one moment, which it has to name. */
export function decodeMonitoring(path: string, wire: InstantMonitoring): Monitoring {
  return decode(path, wire, decodeTime)
}

/** An average is of no moment: one that names none has the time 0. */
export function decodeAverage(path: string, wire: AverageMonitoring): Monitoring {
  return decode(path, wire, (at, time) => (time ? decodeTime(at, time) : 0))
}

function decode(
  path: string,
  { nodeMonitoring, instancesMonitoring }: InstantMonitoring,
  timeOf: DecodeTime,
): Monitoring {
  return {
    node: decodeUsage(`${path}.node_monitoring`, nodeMonitoring, timeOf),
    instances: listOf(`${path}.instances_monitoring`, most.instances, instancesMonitoring, (at, wire) => ({
      ident: decodeIdent(`${at}.instance`, wire.instance),
      runtimeId: wire.runtimeId,
      usage: decodeUsage(`${at}.monitoring_data`, wire.monitoringData, timeOf),
    })),
  }
}

function encodeUsage({ timeMs, ram, cpu, partitions, download, upload }: Usage): MonitoringData {
  return {
    timestamp: new Date(timeMs),
    ram: unsigned(ram),
    cpu: unsigned(cpu),
    partitions: partitions.map(({ name, usedSize }) => ({ name, usedSize: unsigned(usedSize) })),
    download: unsigned(download),
    upload: unsigned(upload),
  }
}

function decodeUsage(path: string, wire: MonitoringData | undefined, timeOf: DecodeTime): Usage {
  const { timestamp, ram, cpu, partitions, download, upload } = present(path, wire)
  return {
    timeMs: timeOf(`${path}.timestamp`, timestamp),
    ram: whole(`${path}.ram`, ram),
    cpu: whole(`${path}.cpu`, cpu),
    partitions: listOf(`${path}.partitions`, most.partitions, partitions, (at, { name, usedSize }) => ({
      name,
      usedSize: whole(`${at}.used_size`, usedSize),
    })),
    download: whole(`${path}.download`, download),
    upload: whole(`${path}.upload`, upload),
  }
}
