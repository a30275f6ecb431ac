import { accessSync, constants } from 'node:fs'
import { decodeInfo, decodeLog, type LogDocument } from '@windlass/wire/updatehub'
import { CliError } from '../cli-error.ts'
import type { Io } from '../command.ts'
import { optional } from '../params.ts'
import { overSocket } from './over-socket.ts'
import { type Reply, read } from './reply.ts'
import { decodeStatus, type Status } from './status.ts'

/** The option that all commands share which talk to a device's agent. */
export const deviceParam = optional(
  '--device <host:port>',
  "the agent's local API, host:port, a URL or unix:/path (default: its socket where there is one, else localhost:8080)",
)

const tcp = 'localhost:8080'

/**
 * A device's local API, UpdateHub's agent or ours (updatehub.md 1): where the two answer differently, both are understood.
 * Every call @throws CliError `unavailable` when nobody is there.
 */
export interface Agent {
  /** As people know it: `localhost:8080`, `unix:/run/windlass/agent.sock`. */
  readonly address: string
  info(): Promise<{ document: unknown; info: ReturnType<typeof decodeInfo> }>
  log(): Promise<LogDocument>
  probe(server: string | undefined): Promise<Reply>
  abort(): Promise<Reply>
  installFile(path: string): Promise<Reply>
  installUrl(url: string): Promise<Reply>
  /** Undefined where the agent does not have it, as UpdateHub's. */
  status(): Promise<Status | undefined>
  /** Nothing is installed until `release`. @throws CliError `refused` where the agent does not have it */
  hold(reason: string): Promise<void>
  release(): Promise<void>
  /** The answer: 200, or 406 when nothing waits for another link. */
  downloadNow(): Promise<Reply>
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export function agentAt(named: string | undefined, io: Io): Agent {
  const device = named ?? usual(io)
  const { base, fetch } = wayTo(device, io)
  const send = async (method: Method, path: string, body?: object): Promise<Reply> => {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    try {
      return await read(await fetch(base + path, { method, ...json, signal: io.signal }))
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
    async hold(reason) {
      answered(ours(await send('PUT', '/windlass/hold', { reason }), device), device)
    },
    async release() {
      answered(ours(await send('DELETE', '/windlass/hold'), device), device)
    },
    downloadNow: async () => ours(await send('POST', '/windlass/download'), device),
  }
}

/** The socket, where this user may write it: it is there for those whom the port is too open for. */
function usual({ agentSocket }: Io): string {
  try {
    if (agentSocket === undefined) return tcp
    accessSync(agentSocket, constants.W_OK)
    return `unix:${agentSocket}`
  } catch {
    return tcp
  }
}

function wayTo(device: string, io: Io): { base: string; fetch: typeof globalThis.fetch } {
  const path = /^unix:(?:\/\/)?(\/.*)$/.exec(device)?.[1]
  return path === undefined
    ? { base: baseOf(device), fetch: io.fetch }
    : { base: 'http://localhost', fetch: overSocket(path) }
}

/** Refuses where the path is nobody's, as UpdateHub's agent answers. */
function ours(reply: Reply, device: string): Reply {
  if (reply.status !== 404 && reply.status !== 405) return reply
  throw new CliError('refused', `expected an agent of Windlass at ${device}, got one that does not know this`)
}

function baseOf(device: string): string {
  const base = /^https?:\/\//.test(device) ? device.replace(/\/+$/, '') : `http://${device}`
  if (URL.canParse(base)) return base
  throw new CliError('usage', `--device: expected host:port, a URL or unix:/path, got ${device}`)
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
