import type { HttpResponse } from '@windlass/platform'

const jsonHeaders = { 'content-type': 'application/json' }

/** Every answer says that it is JSON, also where UpdateHub's says nothing (decision D13). */
export function json(status: number, value: unknown): HttpResponse {
  return { status, headers: jsonHeaders, body: JSON.stringify(value) }
}

export function text(status: number, message: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${message}\n` }
}
