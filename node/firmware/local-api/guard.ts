import { isIP } from 'node:net'
import type { HttpHandler, HttpHeaders } from '@windlass/platform'
import { text } from './reply.ts'

/**
 * Keeps web pages out. The API has no password, as UpdateHub's has none; a browser on the same machine must not lend
 * its way in to a page from elsewhere, be it by a cross-site request or by a name that was rebound to this address.
 * Programs send no Origin and name the address they connect to.
 */
export function guarded(handler: HttpHandler): HttpHandler {
  return async (request, signal) => {
    const why = foreign(request.headers)
    return why === undefined ? handler(request, signal) : text(403, why)
  }
}

/** Why these headers come from a page of elsewhere; undefined when they do not. */
export function foreign({ host, origin, 'sec-fetch-site': site }: HttpHeaders): string | undefined {
  if (host !== undefined && !namesThisMachine(host)) return `expected Host to be localhost or an address, got ${host}`
  if (origin !== undefined && origin !== `http://${host}`) return `expected no Origin or this one's, got ${origin}`
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return `expected no request from elsewhere, got ${site}`
  return undefined
}

/** A name can be made to point here by whoever owns it; an address cannot. */
function namesThisMachine(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || isIP(name) !== 0
}
