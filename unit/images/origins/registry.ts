import { createHash } from 'node:crypto'
import type { Clock, Http, HttpAnswer } from '@windlass/platform'
import { indexTypes, manifestTypes, mostDocumentBytes } from '@windlass/wire/oci'
import { BlobError } from '../blob-error.ts'
import type { BlobOrigin, BlobPlace } from '../blob-origin.ts'
import { type Ask, askedPlace, type Patience } from './http-place.ts'
import type { Reference } from './reference.ts'
import { type Credentials, Tokens } from './registry-token.ts'

const accept = [...indexTypes, ...manifestTypes].join(', ')

/**
 * One repository of an OCI registry (OCI distribution 1.1; Docker's registries speak the same). Documents and layers are
 * different addresses there, and a digest does not say which it is: both are tried.
 */
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
    this.#tokens = new Tokens(ports, patience, login)
  }

  async sources(digests: readonly string[]) {
    return digests.map((digest) => ({ digest, places: [this.#place(digest)] }))
  }

  /** What the reference's tag or digest means now: the digest of an index or a manifest. @throws BlobError, HttpError */
  async resolve(stop: AbortSignal): Promise<string> {
    const path = `/manifests/${this.#version}`
    const answer = await this.#ask(path)({}, stop)
    if (answer.status !== 200) {
      answer.discard()
      throw new BlobError('transport', `${this.#base}${path}: expected 200, got ${answer.status}`)
    }
    // Not what a header field says: this is what all else is checked by.
    const bytes = await answer.bytes(mostDocumentBytes)
    return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  }

  #place(digest: string): BlobPlace {
    const [blob, document] = [this.#ask(`/blobs/${digest}`), this.#ask(`/manifests/${digest}`)]
    return askedPlace(`${this.#base}/blobs/${digest}`, async (headers, stop) => {
      const answer = await blob(headers, stop)
      if (answer.status !== 404) return answer
      answer.discard()
      return document(headers, stop)
    })
  }

  #ask(path: string): Ask {
    const url = `${this.#base}${path}`
    const send = async (headers: Readonly<Record<string, string>>, stop: AbortSignal): Promise<HttpAnswer> => {
      const token = this.#tokens.known()
      const authorization: Record<string, string> = token === undefined ? {} : { authorization: token }
      return this.#http.send({ url, headers: { accept, ...authorization, ...headers }, ...this.#patience }, stop)
    }
    return async (headers, stop) => {
      const answer = await send(headers, stop)
      const challenge = answer.headers['www-authenticate']
      if (answer.status !== 401 || challenge === undefined) return answer
      answer.discard()
      await this.#tokens.answer(challenge, stop)
      return send(headers, stop)
    }
  }
}
