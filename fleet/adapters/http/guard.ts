import { createHash, timingSafeEqual } from 'node:crypto'
import { FleetError } from '../../fleet-error.ts'

/** Who may use the operator API. Without a token it is for this machine's own, which loopback alone does not ensure. */
export interface Gate {
  token: string | null
  /** Only loopback is listened on. */
  loopback: boolean
}

interface Caller {
  host: string | undefined
  origin: string | undefined
  authorization: string | undefined
}

/**
 * A web page elsewhere can make a browser send requests here, under a name of its own that leads to 127.0.0.1: so on
 * loopback the names by which we are called count too. @throws FleetError
 */
export function admit({ token, loopback }: Gate, { host, origin, authorization }: Caller): void {
  if (loopback && !isLocalName(hostName(host)))
    throw new FleetError('host_refused', `expected Host localhost or a loopback address, got ${shown(host)}`)
  if (origin !== undefined && !sameHost(origin, host))
    throw new FleetError('origin_refused', `expected Origin to be this server, got ${shown(origin)}`)
  if (token === null) return
  const given = /^Bearer ([^\s]+)$/i.exec(authorization ?? '')?.[1]
  if (given === undefined) throw new FleetError('token_missing', 'expected "Authorization: Bearer <operator token>"')
  if (!timingSafeEqual(hash(given), hash(token))) throw new FleetError('token_wrong', 'expected the operator token')
}

/** Whether an address or name is this machine alone. */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
}

function hostName(host: string | undefined): string {
  return (host ?? '')
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}

function shown(text: string | undefined): string {
  return text === undefined ? 'none' : JSON.stringify(text.slice(0, 100))
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
