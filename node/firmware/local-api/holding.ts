import type { HttpRequest, HttpResponse } from '@windlass/platform'
import { parseJson, WireError } from '@windlass/wire/updatehub'
import * as v from 'valibot'
import type { ApiPorts } from './ports.ts'
import { json, text } from './reply.ts'

const longestReason = 200
const order = v.strictObject({
  reason: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(longestReason)), ''),
})

/** `GET /windlass/hold`: `{ hold: null }`, or why and since when nothing is installed. */
export async function showHold(p: ApiPorts): Promise<HttpResponse> {
  return json(200, { hold: await p.hold.find() })
}

/**
 * `PUT /windlass/hold` with `{ "reason": "at most 200 characters" }` or without a body: nothing is installed until it is released; what
 * is under way goes on.
 */
export async function putHold({ body }: HttpRequest, p: ApiPorts): Promise<HttpResponse> {
  const reason = readReason(body)
  if (reason === undefined) return text(400, `expected {"reason": "at most ${longestReason} characters"} or nothing`)
  const hold = await p.hold.put(reason || 'no reason given')
  return json(200, { hold })
}

/** `DELETE /windlass/hold`. Releasing what is not held is fine. */
export async function releaseHold(p: ApiPorts): Promise<HttpResponse> {
  await p.hold.release()
  return json(200, { hold: null })
}

/**
 * `POST /windlass/download`: the package that waits for a link which costs nothing is fetched over this one. Answers its
 * uid, or 406 with the state when none waits.
 */
export async function downloadNow(p: ApiPorts): Promise<HttpResponse> {
  const { state } = p.runner
  if (state.at !== 'waiting' && state.at !== 'staged') return json(406, state.at)
  await p.link.allow(state.offer.uid)
  return json(200, { package: state.offer.uid })
}

function readReason(body: Uint8Array): string | undefined {
  if (body.length === 0) return ''
  try {
    const result = v.safeParse(order, parseJson('hold', body))
    return result.success ? result.output.reason : undefined
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}
