import { createHash } from 'node:crypto'
import { type Clock, extentOf, type Http, type HttpAnswer } from '@windlass/platform'
import { indexTypes, manifestTypes, mostDocumentBytes } from '@windlass/wire/oci'
import type { BlobOffer, BlobOrigin } from './blob-origin.ts'
import { askedPlace, type Patience } from './http-place.ts'
import { OriginError, type OriginErrorCode } from './origin-error.ts'
import type { Reference } from './reference.ts'
import { type Credentials, Tokens } from './registry-token.ts'

const accept = [...indexTypes, ...manifestTypes].join(', ')

/** One repository of an OCI registry (OCI distribution 1.1; Docker's registries speak the same). */
export class Registry implements BlobOrigin {
  readonly #http: Http
  readonly #base: string
  readonly #version: string
  readonly #patience: Patience
  readonly #tokens: Tokens

  constructor(ports: { http: Http; clock: Clock }, reference: Reference, patience: Patience, login?: Credentials) {
    this.#http = ports.http
    this.#base = `${reference.registry}/v2/${reference.repository}`
    this.#version = reference.version
    this.#patience = patience
    this.#tokens = new Tokens(ports, patience, login, reference.registry.startsWith('https:'))
  }

  async sources(digests: readonly string[], stop: AbortSignal): Promise<readonly BlobOffer[]> {
    return (await Promise.all(digests.map((digest) => this.#find(digest, stop)))).flat()
  }

  /** What the reference's tag or digest means now: the digest of an index or a manifest. @throws OriginError, HttpError */
  async resolve(stop: AbortSignal): Promise<string> {
    const path = `/manifests/${this.#version}`
    const answer = await this.#send('GET', path, {}, stop)
    if (answer.status !== 200) throw this.#refused(path, answer)
    // Not what a header field says: this is what all else is checked by.
    const bytes = await answer.bytes(mostDocumentBytes)
    const came = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    if (!this.#version.startsWith('sha256:') || came === this.#version) return came
    throw new OriginError('damaged', `${this.#base}${path}: expected bytes of ${this.#version}, got ${came}`)
  }

  /** Layers and documents have different addresses, and a digest does not say which it is of. */
  async #find(digest: string, stop: AbortSignal): Promise<BlobOffer[]> {
    for (const path of [`/blobs/${digest}`, `/manifests/${digest}`]) {
      const answer = await this.#send('HEAD', path, {}, stop)
      if (answer.status !== 200 && answer.status !== 404) throw this.#refused(path, answer)
      answer.discard()
      const size = extentOf(answer)?.total
      const place = askedPlace(this.#base + path, (headers, until) => this.#send('GET', path, headers, until))
      if (answer.status === 200) return [{ digest, places: [place], ...(size !== undefined && { size }) }]
    }
    return []
  }

  /** Shows what the registry wants to see, once it said so. */
  async #send(
    method: 'GET' | 'HEAD',
    path: string,
    more: Readonly<Record<string, string>>,
    stop: AbortSignal,
  ): Promise<HttpAnswer> {
    const send = () => {
      const token = this.#tokens.known()
      const headers = { accept, ...(token !== undefined && { authorization: token }), ...more }
      return this.#http.send({ method, url: this.#base + path, headers, ...this.#patience }, stop)
    }
    const answer = await send()
    const challenge = answer.headers['www-authenticate']
    if (answer.status !== 401 || challenge === undefined) return answer
    answer.discard()
    await this.#tokens.answer(challenge, stop)
    return send()
  }

  #refused(path: string, answer: HttpAnswer): OriginError {
    answer.discard()
    return new OriginError(codeOf(answer.status), `${this.#base}${path}: expected 200, got ${answer.status}`)
  }
}

function codeOf(status: number): OriginErrorCode {
  if (status === 401 || status === 403) return 'login'
  return status === 404 ? 'absent' : 'transport'
}
