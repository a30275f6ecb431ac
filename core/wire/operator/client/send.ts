import type * as z from 'zod'
import { OperatorError, refusalOf } from '../operator-error.ts'

/** `url`: the fleet's address, or that of a project in it: with `/p/NAME`. `token`: the operator's, where the fleet asks for one. */
export interface OperatorClientOptions {
  url: string
  token?: string
  fetch?: typeof fetch
  /** How `events` waits before it connects again. Default: the system's timer. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** An upload: its bytes in any pieces, and who is told how many were handed to the network. */
export interface Upload {
  body: AsyncIterable<Uint8Array>
  progress?: (sentBytes: number) => void
  signal?: AbortSignal
}

export type Send = (path: string, init: RequestInit) => Promise<Response>

export function sender({ url, token, fetch: via = fetch }: OperatorClientOptions): Send {
  const base = url.replace(/\/+$/, '')
  return async (path, init) => {
    const headers = new Headers(init.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    const answer = await via(base + path, { ...init, headers, redirect: 'error' }).catch((cause: unknown) => {
      init.signal?.throwIfAborted()
      throw new OperatorError('unreachable', `expected a fleet at ${base}, got: ${whyOf(cause)}`, { cause })
    })
    if (!answer.ok) throw await refusalOf(answer)
    return answer
  }
}

export async function ask<S extends z.ZodType>(
  send: Send,
  schema: S,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  const json = body && { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }
  return parse(schema, await send(path, { method, ...json }))
}

export async function parse<S extends z.ZodType>(schema: S, answer: Response): Promise<z.output<S>> {
  const result = schema.safeParse(await answer.json().catch(() => undefined))
  if (result.success) return result.data
  const why = result.error.issues[0]?.message ?? 'another shape'
  throw new OperatorError('unexpected', `expected an answer of this version's API from ${answer.url}, got: ${why}`, {
    status: answer.status,
  })
}

// What ReadableStream.from does, which not every browser has.
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => void (await iterator.return?.()),
  })
}

async function* counted(body: AsyncIterable<Uint8Array>, progress: Upload['progress']): AsyncIterable<Uint8Array> {
  let sent = 0
  for await (const piece of body) {
    yield piece
    sent += piece.length
    progress?.(sent)
  }
}

export function uploading(method: string, { body, progress, signal }: Upload): RequestInit {
  const headers = { 'content-type': 'application/octet-stream' }
  const stream = streamOf(counted(body, progress))
  const init = { method, headers, body: stream, duplex: 'half', ...(signal && { signal }) } as const
  return init
}

export async function remove(send: Send, path: string): Promise<void> {
  await send(path, { method: 'DELETE' })
}

/** Headers of an order that may be repeated. */
export function keyedBy(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { 'idempotency-key': key }
}

export function search(query: object | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return text && `?${text}`
}

function whyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? cause.cause.message || cause.message : cause.message
}
