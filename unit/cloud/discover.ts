import type { Http, Log } from '@windlass/platform'
import { type DiscoveryAnswer, decodeDiscoveryAnswer, encodeDiscoveryRequest } from '@windlass/wire/aoscore-cloud'
import { UnitError } from '../unit-error.ts'
import { isPrivate } from './private-address.ts'

const longestAnswer = 65_536
const longestDelayMs = 86_400_000

/** Where the WebSocket is, or when to ask again. */
export type Discovered = { urls: readonly string[]; token: string } | { askAgainAfterMs: number }

/**
 * Asks the addresses in turn (aoscore.md 6.1); the first that knows the way, or asks for patience, counts.
 * @throws UnitError `cloud_silent` when none does
 */
export async function discover(
  addresses: readonly string[],
  systemId: string,
  ports: { http: Http; log: Log },
  stop: AbortSignal,
): Promise<Discovered> {
  const reasons: string[] = []
  for (const url of addresses) {
    try {
      return judge(await ask(url, systemId, ports.http, stop), systemId)
    } catch (error) {
      stop.throwIfAborted()
      reasons.push(`${url}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new UnitError('cloud_silent', `expected one service discovery to answer: ${reasons.join('; ')}`)
}

async function ask(url: string, systemId: string, http: Http, stop: AbortSignal): Promise<DiscoveryAnswer> {
  const body = encodeDiscoveryRequest({ systemId, supportedProtocols: ['wss'] })
  const headers = { 'content-type': 'application/json' }
  const answer = await http.send({ url, method: 'POST', headers, body, idleTimeoutMs: 30_000, maxRedirects: 0 }, stop)
  const bytes = await answer.bytes(longestAnswer)
  if (answer.status !== 200) throw new UnitError('cloud_silent', `expected status 200, got ${answer.status}`)
  return decodeDiscoveryAnswer(bytes)
}

/** AosCore's own program never looks at the outcome; the protocol has it all the same. */
function judge(answer: DiscoveryAnswer, systemId: string): Discovered {
  if (answer.systemId !== '' && answer.systemId !== systemId)
    throw new UnitError('cloud_silent', `expected an answer for ${systemId}, got one for ${answer.systemId}`)
  if (answer.outcome === 'repeat_later') return { askAgainAfterMs: Math.min(answer.nextRequestDelayMs, longestDelayMs) }
  if (answer.outcome === 'error') throw new UnitError('cloud_silent', 'the service discovery reports an error')
  const urls = answer.connectionInfo.filter((url) => url.startsWith('ws') && isPrivate(url))
  if (urls.length === 0)
    throw new UnitError('cloud_silent', 'expected an address that starts with wss:// (ws:// on loopback), got none')
  return { urls, token: answer.authToken }
}
