import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Random } from '@windlass/platform'
import { certificateFacts, certificatesOf } from '@windlass/trust/certificates'
import type { Enrolled, Enrolment } from '@windlass/wire/aoscore-cloud'
import { FleetError } from '../fleet-error.ts'
import type { Claim } from '../units/records.ts'
import type { UnitStore } from '../units/unit-store.ts'
import type { UnitAuthority } from './unit-authority.ts'

export interface ClaimPorts {
  store: UnitStore
  random: Random
  authority: UnitAuthority
  now(): number
}

/** Lets units enrol. The token is not kept: it can be shown now, and never again. */
export async function newClaim(
  { store, random, now }: Pick<ClaimPorts, 'store' | 'random' | 'now'>,
  order: Pick<Claim, 'systemId'> & Partial<Pick<Claim, 'uses' | 'expiresAt'>>,
): Promise<Claim & { token: string }> {
  const token = Buffer.from(random.bytes(24)).toString('base64url')
  const claim = { uses: 1, expiresAt: null, ...order, tokenHash: hashOf(token), createdAt: now() }
  await store.addClaim(claim)
  return { ...claim, usedBy: [], withdrawnAt: null, token }
}

/** What people name a claim by; nobody can read the token back from it. */
export function claimId(tokenHash: string): string {
  return tokenHash.slice(0, 16)
}

/** Nobody enrols with it any more. @throws FleetError `claim_unknown`, `claim_used` */
export async function withdrawClaim({ store, now }: Pick<ClaimPorts, 'store' | 'now'>, id: string): Promise<void> {
  const outcome = await store.withdrawClaim(id, now())
  if (outcome === 'unknown') throw new FleetError('claim_unknown', `expected a claim of this fleet, got ${id}`)
  if (outcome === 'used') throw new FleetError('claim_used', `expected a claim with a use left, got ${id}`)
}

/** Takes a unit in and signs its requests. @throws FleetError `claim_refused`, `request_invalid` */
export async function enrol(ports: ClaimPorts, request: Enrolment, discoveryUrl: string): Promise<Enrolled> {
  const { claimToken, systemId, model, csrs } = request
  // Signed before the claim is used up: a bad request may be mended and sent again.
  const chains = await Promise.all(
    csrs.map(async ({ type, csr }) => ({ type, chain: await ports.authority.issue(systemId, csr) })),
  )
  const serials = chains.map(({ chain }) => certificateFacts(certificatesOf(chain)[0]).serial)
  const outcome = await ports.store.enrol(hashOf(claimToken), { id: systemId, model, at: ports.now(), serials })
  if (outcome === 'enrolled') return { chains, discoveryUrl }
  const why = {
    unknown: 'a claim of this fleet',
    used: 'a claim with a use left',
    expired: 'a claim before its end',
    withdrawn: 'a claim that was not withdrawn',
    other_unit: `a claim for ${systemId}`,
  }
  throw new FleetError('claim_refused', `expected ${why[outcome]}, got another`)
}

/** A short-lived right to open a unit's WebSocket; nothing is stored, so any process of the fleet can judge it. */
export class SocketTokens {
  readonly #secret: Uint8Array
  readonly #now: () => number

  constructor(secret: Uint8Array, now: () => number) {
    this.#secret = secret
    this.#now = now
  }

  issue(systemId: string): string {
    const payload = Buffer.from(JSON.stringify([systemId, this.#now() + tokenMs])).toString('base64url')
    return `${payload}.${this.#sign(payload)}`
  }

  /** The unit that the token is for; undefined when it is none, or too old. */
  unitOf(token: string): string | undefined {
    const [payload = '', signature = ''] = token.split('.')
    const right = Buffer.from(this.#sign(payload))
    const came = Buffer.from(signature)
    if (right.length !== came.length || !timingSafeEqual(right, came)) return undefined
    const [systemId, until] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, number]
    return this.#now() < until ? systemId : undefined
  }

  #sign(payload: string): string {
    return createHmac('sha256', this.#secret).update(payload).digest('base64url')
  }
}

const tokenMs = 24 * 3600 * 1000

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
