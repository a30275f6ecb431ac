import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'

/** `fetch` over a Unix socket, which the built-in one does not do; as much of it as the agent's API needs. */
export function overSocket(path: string): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const headers = Object.fromEntries(new Headers(init.headers))
    const { signal, method = 'GET', body } = init
    const options = {
      socketPath: path,
      path: url.pathname,
      method,
      headers,
      agent: false as const,
      ...(signal && { signal }),
    }
    request(options, resolve)
      .on('error', reject)
      .end(typeof body === 'string' ? body : undefined)
    const answer = await promise
    // The two descriptions of a web stream are one and the same at run time.
    return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status: answer.statusCode ?? 500 })
  }
}
