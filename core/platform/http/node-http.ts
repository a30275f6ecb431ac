import * as http from 'node:http'
import type { SecureContextOptions } from 'node:tls'
import { type Clock, systemClock } from '../time/clock.ts'
import { exchange } from './exchange.ts'
import { youngCollector } from './flat-memory.ts'
import type { Http } from './http.ts'
import { judgedLookup, judgeLiteral } from './judged-lookup.ts'
import { followRedirects, parseUrl } from './redirects.ts'

/** `ca`, `cert`, `key` as in node:tls; by default the system's own trust. */
export interface NodeHttpOptions extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  /** Times connecting and silence. Default: the system's. */
  clock?: Clock
  /** Keeps memory flat while long bodies are read, for devices. Default false. */
  flatMemory?: boolean
  /** Whether an IP address may be connected to, at redirects too. Default: all may. */
  allows?: (address: string) => boolean
}

/** The real network. Connections are kept and used again; a kept one does not keep the process alive. */
export function nodeHttp(options: NodeHttpOptions = {}): Http {
  const { clock = systemClock, flatMemory = false, allows, ...tls } = options
  const passed = flatMemory ? youngCollector() : () => undefined
  const judged = allows && { lookup: judgedLookup(allows) }
  const plain = { request: http.request, agent: new http.Agent({ keepAlive: true, ...judged }) }
  const ports = { clock, passed }
  let secure: Promise<typeof plain> | undefined
  const secureMeans = async () => {
    const https = await import('node:https')
    return { request: https.request, agent: new https.Agent({ keepAlive: true, ...judged, ...tls }) }
  }
  return {
    async send(call, signal) {
      signal?.throwIfAborted()
      return followRedirects(call, async (one) => {
        const url = parseUrl(one.url)
        if (allows) judgeLiteral(url, allows)
        if (url.protocol === 'http:') return exchange(plain, url, one, ports, signal)
        secure ??= secureMeans()
        return exchange(await secure, url, one, ports, signal)
      })
    },
  }
}
