import { isIP } from 'node:net'
import type { kinds } from '@windlass/platform'

/** Where the local API listens. */
export interface ListenAddress {
  host: string
  port: number
}

/** Reads `localhost:PORT`, `IP:PORT` or `[IP]:PORT`; undefined for anything else (updatehub.md 1.1). */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain?.replace(/^localhost$/, '127.0.0.1')
  const port = Number(digits)
  return host && isIP(host) && port <= 65535 ? { host, port } : undefined
}

export const listenAddress: kinds.Kind<ListenAddress> = {
  expected: 'localhost:PORT or IP:PORT',
  read: (value) => (typeof value === 'string' ? parseListenAddress(value) : undefined),
}
