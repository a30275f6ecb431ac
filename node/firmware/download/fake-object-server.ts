import { HttpError, type HttpHandler, type HttpRequest, type HttpResponse } from '@windlass/platform'

/** What `chunked` and `cutAfter` send at a time. */
export const pieceBytes = 1000

/** A server that has one object and does ranges and If-Range as RFC 9110 says. */
export function objectServer(bytes: Uint8Array, etag?: string): HttpHandler {
  return async (request) => {
    const named: Record<string, string> = etag === undefined ? {} : { etag }
    const from = startOf(request)
    const condition = request.headers['if-range']
    if (from === undefined || (condition !== undefined && condition !== etag)) {
      return { status: 200, headers: { ...named, 'content-length': String(bytes.length) }, body: bytes }
    }
    if (from >= bytes.length) return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } }
    return partial(bytes, from, named)
  }
}

/** 206 with the bytes from `from` on. */
export function partial(bytes: Uint8Array, from: number, headers: Record<string, string> = {}): HttpResponse {
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
  return { status: 206, headers: { ...headers, 'content-range': range }, body: bytes.subarray(from) }
}

/** 200 with a body whose length is not told. */
export function chunked(bytes: Uint8Array, headers: Record<string, string> = {}): HttpResponse {
  return { status: 200, headers, body: pieces(bytes, Infinity) }
}

/** The first requests are answered by the first handlers, one each; the last one goes on for ever. */
export function inTurn(...handlers: readonly HttpHandler[]): HttpHandler {
  let turn = 0
  return async (request, signal) => {
    const handler = handlers[turn] ?? handlers.at(-1)
    turn += 1
    return handler?.(request, signal) ?? { status: 404 }
  }
}

/** The connection ends after `after` bytes of the body, whatever was announced; `sent` hears of each piece that leaves. */
export function cutAfter(handler: HttpHandler, after: number, sent: (bytes: number) => void = () => {}): HttpHandler {
  return async (request, signal) => {
    const response = await handler(request, signal)
    if (!(response.body instanceof Uint8Array)) return response
    const headers = { 'content-length': String(response.body.length), ...response.headers }
    return { ...response, headers, body: pieces(response.body, after, sent) }
  }
}

/** The first byte of `Range: bytes=N-`. */
export function startOf(request: Pick<HttpRequest, 'headers'>): number | undefined {
  const start = /^bytes=(\d+)-$/.exec(request.headers['range'] ?? '')?.[1]
  return start === undefined ? undefined : Number(start)
}

async function* pieces(
  bytes: Uint8Array,
  cut: number,
  sent: (bytes: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const most = Math.min(bytes.length, cut)
  for (let at = 0; at < most; at += pieceBytes) {
    const piece = bytes.subarray(at, Math.min(at + pieceBytes, most))
    sent(piece.length)
    yield piece
  }
  if (cut < bytes.length) throw new HttpError('cut', `the connection ended after ${cut} bytes of the body`)
}
