import * as http from 'node:http'
import type { SecureContextOptions } from 'node:tls'
import { type Clock, systemClock } from '../time/clock.ts'
import { exchange } from './exchange.ts'
import type { Http } from './http.ts'
import { followRedirects, parseUrl } from './redirects.ts'

/** `ca`, `cert`, `key` as in node:tls; by default the system's own trust. `clock` times connecting and silence. */
export interface NodeHttpOptions extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  clock?: Clock
}

/** The real network. Connections are kept and used again; a kept one does not keep the process alive. */
export function nodeHttp(options: NodeHttpOptions = {}): Http {
  const { clock = systemClock, ...tls } = options
  const plain = { request: http.request, agent: new http.Agent({ keepAlive: true }) }
  let secure: Promise<typeof plain> | undefined
  const secureMeans = async () => {
    const https = await import('node:https')
    return { request: https.request, agent: new https.Agent({ keepAlive: true, ...tls }) }
  }
  return {
    async send(call, signal) {
      signal?.throwIfAborted()
      return followRedirects(call, async (one) => {
        const url = parseUrl(one.url)
        if (url.protocol === 'http:') return exchange(plain, url, one, clock, signal)
        secure ??= secureMeans()
        return exchange(await secure, url, one, clock, signal)
      })
    },
  }
}
