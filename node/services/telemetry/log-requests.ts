import { type InstanceIdent, instanceKey, type LogPart, matchesFilter, type NodeOrder } from '@windlass/model/unit'
import type { Processes } from '@windlass/platform'
import { instanceId } from '../instances/ids.ts'
import type { Crash } from './crashes.ts'
import type { ServiceLogs } from './log-folder.ts'
import { type LogPartLimits, logFailed, logParts, noInstance } from './log-parts.ts'

export type LogOrder = Extract<NodeOrder, { kind: 'system_log' | 'instance_log' | 'crash_log' }>

export interface LogPorts {
  logs: ServiceLogs
  /** Instances of this node. */
  idents(): readonly InstanceIdent[]
  crashes(ident: InstanceIdent): readonly Crash[]
  processes: Processes
}

const mostJournalBytes = 64 * 1024 * 1024

/** Answers one log request; never throws. */
export async function answerLog(order: LogOrder, ports: LogPorts, limits: LogPartLimits): Promise<LogPart[]> {
  const { correlationId } = order
  try {
    const text = await textOf(order, ports)
    return text ? await logParts(correlationId, text, limits) : [noInstance(correlationId)]
  } catch (error) {
    return [logFailed(correlationId, error instanceof Error ? error.message : String(error))]
  }
}

/** Undefined when no instance is meant. */
async function textOf(order: LogOrder, ports: LogPorts): Promise<Uint8Array | undefined> {
  await ports.logs.look(new Set(ports.idents().map(instanceId)))
  if (order.kind === 'system_log') return await journal(order, ports.processes)
  const { filter, fromMs, tillMs = Infinity } = order
  const meant = ports
    .idents()
    .filter((ident) => matchesFilter(filter, ident))
    .toSorted((one, other) => (instanceKey(one) < instanceKey(other) ? -1 : 1))
  if (meant.length === 0) return undefined
  const texts = meant.map(async (ident) => {
    const id = instanceId(ident)
    if (order.kind === 'instance_log') return await ports.logs.read(id, order)
    const last = ports.crashes(ident).findLast(({ endedAt }) => endedAt <= tillMs && endedAt >= (fromMs ?? 0))
    return last ? await ports.logs.read(id, { fromMs: last.startedAt, tillMs: last.endedAt }) : new Uint8Array()
  })
  return Buffer.concat(await Promise.all(texts))
}

async function journal({ fromMs, tillMs }: LogOrder, processes: Processes): Promise<Uint8Array> {
  const since = fromMs === undefined ? [] : [`--since=@${fromMs / 1000}`]
  const until = tillMs === undefined ? [] : [`--until=@${tillMs / 1000}`]
  const args = ['--no-pager', '--quiet', '--output=short-iso', ...since, ...until]
  const how = await processes.run({ command: 'journalctl', args, maxOutputBytes: mostJournalBytes })
  if (how.code !== 0) throw new Error(`journalctl: ${how.stderr.trim()}`)
  return Buffer.from(how.stdout)
}
