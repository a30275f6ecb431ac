import type { IncomingHttpHeaders } from 'node:http'
import type { HttpHeaders } from './http.ts'

/** Headers as Node has them, those that came several times joined. */
export function joined(headers: IncomingHttpHeaders): HttpHeaders {
  const pairs = Object.entries(headers).map(([name, value = '']) => [
    name,
    typeof value === 'string' ? value : value.join(', '),
  ])
  return Object.fromEntries(pairs)
}
