import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** `json` is undefined where the body is no JSON. */
export interface ApiAnswer {
  status: number
  type: string | undefined
  text: string
  json: unknown
}

/** A client of the agent's local API that may send anything. One connection for each request. */
export class LocalApi {
  readonly #to: { host: string; port: number } | { socketPath: string }

  /** `to`: a port of the loopback, or the path of a socket. */
  constructor(to: number | string) {
    this.#to = typeof to === 'number' ? { host: '127.0.0.1', port: to } : { socketPath: to }
  }

  get(path: string): Promise<ApiAnswer> {
    return this.send('GET', path)
  }

  /** An object is sent as JSON with its content type, a text as it is and without one. */
  post(path: string, body: object | string = '', headers: Record<string, string> = {}): Promise<ApiAnswer> {
    if (typeof body === 'string') return this.send('POST', path, body, headers)
    return this.send('POST', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
  }

  async send(method: string, path: string, body = '', headers: Record<string, string> = {}): Promise<ApiAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const options = { ...this.#to, method, path, headers, agent: false as const }
    request(options, resolve).on('error', reject).end(body)
    const answer = await promise
    const said = await text(answer)
    return { status: answer.statusCode ?? 0, type: answer.headers['content-type'], text: said, json: parsed(said) }
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
