import { isLoopbackHost } from '@windlass/platform'
import type { FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import { type Caller, type Credentials, callerOf, reachOfCaller } from '../../people/caller.ts'
import { Pace } from '../../people/pace.ts'
import type { PeopleStore } from '../../people/people-store.ts'
import type { Permission } from '../../people/roles.ts'

/** Who may use the operator API. */
export interface Gate {
  /** The operator token of the settings: an admin's. */
  token: string | null
  /** Only loopback is listened on. */
  loopback: boolean
  /** Nobody may come without a sign-in, even on loopback and before there is a user. Default: not so. */
  closed?: boolean
  /** How many requests each caller may make; absent for any number. */
  requestsPerMinute?: number
}

export interface GuardPorts {
  people: PeopleStore
  gate: Gate
  now(): number
}

/** One for all that operators reach: names the caller, and lets go on who may. */
export class Guard {
  readonly #ports: GuardPorts
  readonly #pace: Pace | undefined

  constructor(ports: GuardPorts) {
    this.#ports = ports
    const { requestsPerMinute } = ports.gate
    this.#pace = requestsPerMinute === undefined ? undefined : new Pace(requestsPerMinute, ports.now)
  }

  /**
   * A web page elsewhere can make a browser send requests here, under a name of its own that leads to 127.0.0.1: so on
   * loopback the names by which we are called count too. @throws FleetError
   */
  checkNames({ headers: { host, origin } }: Pick<FastifyRequest, 'headers'>): void {
    if (this.#ports.gate.loopback && !isLoopbackHost(hostName(host)))
      throw new FleetError('host_refused', `expected Host localhost or a loopback address, got ${shown(host)}`)
    if (origin !== undefined && !sameHost(origin, host))
      throw new FleetError('origin_refused', `expected Origin to be this server, got ${shown(origin)}`)
  }

  /** @throws FleetError */
  async caller(request: FastifyRequest): Promise<Caller> {
    this.checkNames(request)
    const shownBy = credentialsOf(request)
    if (shownBy.bearer === undefined && shownBy.session !== undefined) refuseForged(request)
    const { gate, people: store, now } = this.#ports
    const open = gate.loopback && gate.closed !== true
    const caller = await callerOf({ store, operatorToken: gate.token, loopback: open, now }, shownBy)
    const waitMs = this.#pace?.take(`${caller.kind} ${caller.kind === 'anyone' ? request.ip : caller.name}`) ?? 0
    if (waitMs > 0) throw tooOften(waitMs)
    return caller
  }

  /** For what is outside the operator API and about the whole fleet. @throws FleetError */
  async admit(request: FastifyRequest, permission: Permission): Promise<void> {
    if (reachOfCaller(await this.caller(request), permission) !== 'everywhere') throw roleMissing(permission, 'fleet')
  }
}

export function roleMissing(permission: Permission, over: string): FleetError {
  return new FleetError('role_missing', `expected a role that may ${permission} over this ${over}, got others`)
}

export function tooOften(waitMs: number): FleetError {
  const seconds = Math.ceil(waitMs / 1000)
  return new FleetError('rate_limited', `expected fewer requests; the next is free in ${seconds} s`, {
    retryAfterSeconds: seconds,
  })
}

export const sessionCookie = 'windlass_session'

export function credentialsOf({ headers: { authorization, cookie } }: Pick<FastifyRequest, 'headers'>): Credentials {
  return {
    bearer: /^Bearer ([^\s]+)$/i.exec(authorization ?? '')?.[1],
    session: new RegExp(`(?:^|;\\s*)${sessionCookie}=([\\w-]+)`).exec(cookie ?? '')?.[1],
  }
}

// A browser sends the cookie by itself. With what changes something it also says on which page that began.
function refuseForged({ method, headers: { origin } }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD' || origin !== undefined) return
  throw new FleetError('origin_refused', 'expected Origin with a session that changes something, got none')
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
