import { resolve } from 'node:path'
import type { SchedulerNotice } from '@windlass/model/unit'
import type { MutualTls, RpcClient } from '@windlass/platform'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import { optional, withDefault } from '../params.ts'
import { smallText } from '../small-file.ts'

/** Options that all commands share which talk to a unit's update scheduler. */
export const schedulerParams = {
  unit: withDefault('--unit <host:port>', "the unit's update scheduler", 'localhost:8095'),
  key: optional('--key <file>', 'private key, PEM; beyond loopback the scheduler asks for a certificate of the unit'),
  cert: optional('--cert <file>', 'certificate, PEM'),
  ca: optional('--ca <file>', "the unit's authority, PEM"),
}

export interface SchedulerAddress {
  unit: string
  key: string | undefined
  cert: string | undefined
  ca: string | undefined
}

/** Calls the scheduler. gRPC is loaded here and not before: no other command needs it. */
export async function withScheduler<T>(
  at: SchedulerAddress,
  io: Io,
  work: (client: RpcClient) => Promise<T>,
): Promise<T> {
  const { grpc } = await import('@windlass/platform/grpc')
  const client = grpc.connect(at.unit, await tlsOf(at, io))
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

async function tlsOf({ key, cert, ca }: SchedulerAddress, io: Io): Promise<MutualTls | null> {
  if (key === undefined && cert === undefined && ca === undefined) return null
  if (key === undefined || cert === undefined || ca === undefined) {
    throw new CliError('usage', '--key, --cert and --ca go together')
  }
  const read = (path: string) => smallText(resolve(io.cwd, path))
  return { key: await read(key), cert: await read(cert), ca: await read(ca) }
}

/** `sota  updating  install app 1.2.0`. */
export function noticeText(notice: SchedulerNotice): string {
  const named = (list: readonly { itemId: string; version: string }[]) =>
    list.map(({ itemId, version }) => `${itemId} ${version}`)
  const what =
    notice.part === 'fota'
      ? notice.components.map(({ componentId, version }) => `${componentId} ${version}`)
      : [
          ...named(notice.install).map((text) => `install ${text}`),
          ...named(notice.remove).map((text) => `remove ${text}`),
          ...(notice.configVersion === undefined ? [] : [`configuration ${notice.configVersion}`]),
        ]
  const error = notice.error ? `  ${notice.error.message}` : ''
  return `${notice.part}  ${notice.state.replaceAll('_', ' ')}  ${what.join(', ')}${error}`.trimEnd()
}
