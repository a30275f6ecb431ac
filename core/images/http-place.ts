import { extentOf, type Http, type HttpAnswer, shownUrl } from '@windlass/platform'
import type { BlobPlace, BlobStream } from './blob-origin.ts'
import { OriginError } from './origin-error.ts'

/** Sends one request with these header fields; a registry adds its own. */
type Ask = (headers: Readonly<Record<string, string>>, stop: AbortSignal) => Promise<HttpAnswer>

/** Until a connection stands, and the longest silence of a server. */
export interface Patience {
  connectTimeoutMs: number
  idleTimeoutMs: number
}

/** A blob behind an address. */
export function httpPlace(http: Http, url: string, patience: Patience): BlobPlace {
  return askedPlace(shownUrl(url), (headers, stop) => http.send({ url, headers, ...patience }, stop))
}

/** Asks for the rest, and for the whole where a server has no use for that (RFC 9110 section 14). */
export function askedPlace(name: string, ask: Ask): BlobPlace {
  return {
    name,
    async open(at, stop) {
      const rest = at > 0 ? await ask({ range: `bytes=${at}-` }, stop) : undefined
      const useful = rest && stream(rest, at)
      if (useful) return useful
      rest?.discard()
      if (rest && rest.status !== 416 && rest.status !== 206) throw refused(name, rest)
      const answer = await ask({}, stop)
      const whole = stream(answer, 0)
      if (whole) return whole
      answer.discard()
      throw refused(name, answer)
    },
  }
}

/** Undefined when the answer goes on somewhere else than asked. */
function stream(answer: HttpAnswer, at: number): BlobStream | undefined {
  const extent = extentOf(answer)
  if (!extent || (extent.from !== at && extent.from !== 0)) return undefined
  return { ...extent, bytes: answer.body, discard: () => answer.discard() }
}

function refused(name: string, { status }: HttpAnswer): OriginError {
  return new OriginError('transport', `${name}: expected 200 or 206, got ${status}`)
}
