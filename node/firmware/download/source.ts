import { type Extent, extentOf, type Http, type HttpAnswer } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import { refused } from './interrupted.ts'
import type { DownloadLimits } from './limits.ts'

/** An answer whose body goes to byte `from` of the file: the byte asked for, or 0 to start over. */
export interface Piece extends Extent {
  answer: HttpAnswer
}

export interface SourceCall {
  url: string
  headers: Readonly<Record<string, string>>
  /** Bytes of the whole, where its digest is known as well; undefined where nothing is. */
  size: number | undefined
}

/**
 * The far end of a download: asks for the rest of it, judges the heads of the answers and remembers what they told.
 * A part is continued without more ado when a digest decides in the end, otherwise only under the same strong ETag.
 */
export class Source {
  readonly #http: Http
  readonly #call: SourceCall
  readonly #limits: DownloadLimits
  #etag: string | undefined
  #changed = false
  #ranges = true

  constructor(http: Http, call: SourceCall, limits: DownloadLimits) {
    this.#http = http
    this.#call = call
    this.#limits = limits
  }

  /** The server said itself that it had another object than before: the ETag is a different one. */
  get changed(): boolean {
    return this.#changed
  }

  /** Asks for the bytes from `at` on. @throws Interrupted, UpdateError, HttpError */
  async ask(at: number, stop: AbortSignal): Promise<Piece> {
    return (at > 0 && this.#mayResume() ? await this.#askRest(at, stop) : undefined) ?? (await this.#askWhole(stop))
  }

  #mayResume(): boolean {
    return this.#ranges && (this.#call.size !== undefined || this.#etag !== undefined)
  }

  /** Undefined when the answer is of no use and the whole must be asked for, as after 416. */
  async #askRest(at: number, stop: AbortSignal): Promise<Piece | undefined> {
    const etag = this.#etag
    const answer = await this.#send({ range: `bytes=${at}-`, ...(etag !== undefined && { 'if-range': etag }) }, stop)
    const same = this.#note(answer)
    // Once ranges were ignored they are not asked for again: such a server may also send the rest under a 200.
    if (answer.status === 200 && same) this.#ranges = false
    const extent = extentOf(answer)
    if (answer.status === 206) this.#mustFit(answer, extent)
    const fits = this.#call.size === undefined || extent?.total === undefined || extent.total === this.#call.size
    if (extent && fits && (extent.from === 0 || (extent.from === at && same))) return { ...extent, answer }
    answer.discard()
    return undefined
  }

  async #askWhole(stop: AbortSignal): Promise<Piece> {
    const answer = await this.#send({}, stop)
    this.#note(answer)
    const extent = extentOf(answer)
    this.#mustFit(answer, extent)
    if (extent?.from === 0) return { ...extent, answer }
    answer.discard()
    throw new UpdateError('server_refused', `expected 200 from the server, got ${answer.status} (${rangeOf(answer)})`)
  }

  async #send(extra: Readonly<Record<string, string>>, stop: AbortSignal): Promise<HttpAnswer> {
    const { connectTimeoutMs, idleTimeoutMs } = this.#limits
    const headers = { ...this.#call.headers, ...extra }
    const answer = await this.#http.send({ url: this.#call.url, headers, connectTimeoutMs, idleTimeoutMs }, stop)
    if ([200, 206, 416].includes(answer.status)) return answer
    answer.discard()
    throw refused(answer.status, `expected 200 or 206 from the server, got ${answer.status}`)
  }

  /** False when the answer is about another object than the first one was. */
  #note(answer: HttpAnswer): boolean {
    const etag = strongEtag(answer)
    if (etag === undefined || this.#changed) return true
    this.#etag ??= etag
    if (this.#etag === etag) return true
    // Servers behind one address may name the same content differently. Having paid for that once, the digest decides.
    this.#changed = true
    this.#etag = undefined
    return false
  }

  #mustFit(answer: HttpAnswer, extent: Extent | undefined): void {
    const { size } = this.#call
    if (size === undefined || extent?.total === undefined || extent.total === size) return
    answer.discard()
    const code = extent.total > size ? 'download_too_long' : 'download_too_short'
    throw new UpdateError(code, `expected ${size} bytes from the server, which announced ${extent.total}`)
  }
}

function strongEtag({ headers }: HttpAnswer): string | undefined {
  return headers['etag']?.startsWith('"') ? headers['etag'] : undefined
}

function rangeOf({ headers }: HttpAnswer): string {
  return headers['content-range'] ?? 'no Content-Range'
}
