import type { HttpHandler, HttpRequest, HttpResponse } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'

/** A package as a server holds it. */
export interface FakePackage {
  version: string
  metadata: string
  signature?: string
  objects: ReadonlyMap<string, Uint8Array>
}

/**
 * UpdateHub's server side in memory (updatehub.md 3): offers one package to whoever runs another version, until a device
 * reports that it failed. `insists` makes it offer on.
 */
export class FakeUpdateServer {
  offered: FakePackage | undefined
  insists = false
  /** What is offered may be fetched over a link that costs. */
  metered = false
  /** Answers instead of the server, for the next requests. */
  readonly instead: HttpResponse[] = []
  /** Requests in the order they came: `POST /upgrades`, `report downloading`, `GET object`. */
  readonly seen: string[] = []
  readonly reports: Record<string, string>[] = []
  /** Called with each report. */
  onReport: (report: Record<string, string>) => void = () => {}
  /** The version of the last probe. */
  lastVersion: string | undefined
  readonly requests: HttpRequest[] = []

  readonly handler: HttpHandler = async (request) => {
    this.requests.push(request)
    const answer = this.#answer(request)
    return this.instead.shift() ?? answer
  }

  #answer(request: HttpRequest): HttpResponse {
    if (request.path === '/upgrades') return this.#probe(request)
    if (request.path === '/report') return this.#report(request)
    const [, packageUid, sha256sum] = /\/packages\/([^/]+)\/objects\/([^/]+)$/.exec(request.path) ?? []
    this.seen.push(`GET object${request.headers['range'] ? ` ${request.headers['range']}` : ''}`)
    const bytes =
      this.offered && packageUid === uidOf(this.offered) ? this.offered.objects.get(sha256sum ?? '') : undefined
    return bytes ? ranged(bytes, request.headers['range']) : { status: 404 }
  }

  #probe(request: HttpRequest): HttpResponse {
    this.seen.push('POST /upgrades')
    this.lastVersion = bodyOf(request)['version']
    if (!this.offered || this.offered.version === this.lastVersion) return { status: 404 }
    const { metadata, signature } = this.offered
    const headers = {
      ...(signature !== undefined && { 'UH-Signature': signature }),
      ...(this.metered && { 'Windlass-Metered': uidOf(this.offered) }),
    }
    return { status: 200, body: metadata, headers }
  }

  #report(request: HttpRequest): HttpResponse {
    const report = bodyOf(request)
    this.seen.push(`report ${report['status']}`)
    this.reports.push(report)
    this.onReport(report)
    if (report['status'] === 'error' && !this.insists) this.offered = undefined
    return { status: 200 }
  }
}

export function uidOf(pkg: FakePackage): string {
  return sha256Of(pkg.metadata)
}

function bodyOf(request: HttpRequest): Record<string, string> {
  return JSON.parse(new TextDecoder().decode(request.body)) as Record<string, string>
}

function ranged(bytes: Uint8Array, range: string | undefined): HttpResponse {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  if (first === undefined) return { status: 200, body: bytes }
  const from = Number(first)
  const to = Math.min(last ? Number(last) + 1 : Infinity, bytes.length)
  const headers = { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` }
  return { status: 206, headers, body: bytes.subarray(from, to) }
}
