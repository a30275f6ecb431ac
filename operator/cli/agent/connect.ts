import { decodeInfo, decodeLog, type LogDocument } from '@windlass/wire/updatehub'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import { withDefault } from '../params.ts'
import { type Reply, read } from './reply.ts'
import { decodeStatus, type Status } from './status.ts'

/** The option that all commands share which talk to a device's agent. */
export const deviceParam = withDefault('--device <host:port>', "the agent's local API", 'localhost:8080')

/**
 * A device's local API, UpdateHub's agent or ours (updatehub.md 1): where the two answer differently, both are understood.
 * Every call @throws CliError `unavailable` when nobody is there.
 */
export interface Agent {
  /** As people know it: `localhost:8080`. */
  readonly address: string
  info(): Promise<{ document: unknown; info: ReturnType<typeof decodeInfo> }>
  log(): Promise<LogDocument>
  probe(server: string | undefined): Promise<Reply>
  abort(): Promise<Reply>
  installFile(path: string): Promise<Reply>
  installUrl(url: string): Promise<Reply>
  /** Undefined where the agent does not have it, as UpdateHub's. */
  status(): Promise<Status | undefined>
}

export function agentAt(device: string, io: Io): Agent {
  const base = baseOf(device)
  const send = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Reply> => {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    try {
      return await read(await io.fetch(base + path, { method, ...json, signal: io.signal }))
    } catch (cause) {
      io.signal.throwIfAborted()
      throw new CliError('unavailable', nobody(device, cause), { cause })
    }
  }
  const get = async (path: string): Promise<Reply> => answered(await send('GET', path), device)
  return {
    address: device,
    async info() {
      const reply = await get('/info')
      return { document: reply.value, info: decodeInfo(reply.text) }
    },
    log: async () => decodeLog((await get('/log')).text),
    probe: (server) => send('POST', '/probe', server === undefined ? undefined : { custom_server: server }),
    abort: () => send('POST', '/update/download/abort'),
    installFile: (file) => send('POST', '/local_install', { file }),
    installUrl: (url) => send('POST', '/remote_install', { url }),
    async status() {
      const reply = await send('GET', '/windlass/status')
      if (reply.status === 404 || reply.status === 405) return undefined
      return decodeStatus(answered(reply, device).text)
    },
  }
}

function baseOf(device: string): string {
  const base = /^https?:\/\//.test(device) ? device.replace(/\/+$/, '') : `http://${device}`
  if (URL.canParse(base)) return base
  throw new CliError('usage', `--device: expected host:port, got ${device}`)
}

function answered(reply: Reply, device: string): Reply {
  if (reply.status === 200) return reply
  throw new CliError(
    'unavailable',
    `expected status 200 from the agent at ${device}, got ${reply.status} ${reply.text.trim()}`,
  )
}

function nobody(device: string, cause: unknown): string {
  const deepest = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = deepest instanceof Error && 'code' in deepest ? String(deepest.code) : ''
  const why = code || (deepest instanceof Error ? deepest.message : String(deepest))
  return `expected an agent at ${device}, got ${why}; is it running? Another one is named with --device host:port`
}
