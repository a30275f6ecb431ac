import type { Http, Log } from '@windlass/platform'
import { decodeEnrolled, encodeEnrolment, enrolmentPath } from '@windlass/wire/aoscore-cloud'
import { UnitError } from '../unit-error.ts'
import type { KeyStore } from './key-store.ts'

const longestAnswer = 262_144

interface Claim {
  /** Of the fleet: `https://fleet.example`. */
  fleetUrl: string
  claimToken: string
  systemId: string
  model: string
}

/**
 * Makes the unit known to its fleet: keys made here, requests and the claim token to the fleet, chains back. May be done
 * again when it was cut off.
 * @returns where the unit discovers its cloud. @throws UnitError `identity` when the fleet refuses
 */
export async function enrol(
  claim: Claim,
  ports: { http: Http; keys: KeyStore; log: Log },
  stop: AbortSignal,
): Promise<string> {
  const { fleetUrl, claimToken, systemId, model } = claim
  const csrs = [
    { type: 'online', csr: await ports.keys.createKey('online', systemId) },
    { type: 'offline', csr: await ports.keys.createKey('offline', systemId) },
  ]
  // The fleet's address may have a path: that of a project.
  const url = `${fleetUrl.replace(/\/+$/, '')}${enrolmentPath}`
  const body = encodeEnrolment({ claimToken, systemId, model, csrs })
  const headers = { 'content-type': 'application/json' }
  const answer = await ports.http.send({ url, method: 'POST', headers, body, maxRedirects: 0 }, stop)
  const bytes = await answer.bytes(longestAnswer)
  if (answer.status !== 200) {
    const said = new TextDecoder().decode(bytes.subarray(0, 200))
    throw new UnitError('identity', `enrolment at ${url}: expected status 200, got ${answer.status} ${said}`)
  }
  const { chains, discoveryUrl } = decodeEnrolled(bytes)
  for (const type of ['online', 'offline'] as const) {
    const chain = chains.find((one) => one.type === type)?.chain
    if (chain === undefined)
      throw new UnitError('identity', `enrolment: expected a certificate of type ${type}, got none`)
    await ports.keys.apply(type, chain)
  }
  ports.log.info('enrolled', { systemId, fleet: fleetUrl })
  return discoveryUrl
}
