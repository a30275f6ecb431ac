/** A request on its way out. */
export interface HttpCall {
  url: string
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Until the connection (and TLS) stands. Default 10 000. */
  connectTimeoutMs?: number
  /** Longest silence, while waiting for the answer's head and between two pieces of its body. Default 60 000. */
  idleTimeoutMs?: number
  /** Default 10, 0 refuses them. */
  maxRedirects?: number
}

/** Header names are lower case; a header that came several times is joined by ", ". */
export type HttpHeaders = Readonly<Record<string, string>>

/** The head of an answer, with its body still to be read. The body must be read to its end or `discard`ed. */
export interface HttpAnswer {
  status: number
  headers: HttpHeaders
  /** Where the answer came from in the end, after redirects. */
  url: string
  body: AsyncIterable<Uint8Array>
  /** The whole body as bytes. @throws HttpError `too_long` past `maxBytes` */
  bytes(maxBytes: number): Promise<Uint8Array>
  discard(): void
}

/** The network as a port. @throws HttpError; rejects with the signal's reason when it fires */
export interface Http {
  send(call: HttpCall, signal?: AbortSignal): Promise<HttpAnswer>
}

/**
 * `bad_url`: not an http(s) address. `refused`: nobody there (also DNS). `tls`: the certificate does not hold.
 * `timeout`: silence. `cut`: the connection ended before the answer did. `too_long`, `too_many_redirects`: as named.
 * `forbidden`: an address that this process is not to connect to.
 */
export type HttpErrorCode =
  | 'bad_url'
  | 'refused'
  | 'tls'
  | 'timeout'
  | 'cut'
  | 'too_long'
  | 'too_many_redirects'
  | 'forbidden'
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: HttpErrorCode
  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A request on its way in. `path` has no query string. */
export interface HttpRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: HttpHeaders
  body: Uint8Array
}

export interface HttpResponse {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** A small server, as a function: the same one answers over a socket and in memory. */
export type HttpHandler = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>
