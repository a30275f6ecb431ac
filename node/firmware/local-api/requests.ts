import type { HttpRequest, HttpResponse } from '@windlass/platform'
import {
  decodeLocalInstall,
  decodeProbeOrder,
  decodeRemoteInstall,
  type ProbeAnswer,
  WireError,
} from '@windlass/wire/updatehub'
import type { AgentEvent } from '../update/diagram.ts'
import type { ApiPorts } from './ports.ts'
import { json, text } from './reply.ts'

/**
 * `POST /probe`: answered when the server has answered (updatehub.md 1.4); 406 while busy (decision D1). Busy is also who
 * validates a package file: somebody asked for that one, and a program that probes every few seconds would end it each time.
 */
export async function probe({ body }: HttpRequest, p: ApiPorts, signal: AbortSignal): Promise<HttpResponse> {
  const state = p.runner.state
  if (state.at === 'validation' && state.offer.origin.kind === 'archive') return json(406, state.at)
  const outcome = nextOutcome(p, signal)
  const asked = { server: decodeProbeOrder(body) ?? null }
  const verdict = await p.runner.order({ on: 'ask_probe', asked })
  if (!verdict.accepted) {
    outcome.forget()
    return json(406, verdict.at)
  }
  const event = await outcome.event
  if (!event) return text(500, 'probe: the agent is stopping')
  if (event.on === 'failed') return text(500, `probe: ${event.trouble.message}`)
  const answer = probeAnswer(event)
  return answer ? json(200, answer) : json(406, p.runner.state.at)
}

/** What the API's caller is told; nothing when another request took the probe's place. */
function probeAnswer(event: AgentEvent): ProbeAnswer | undefined {
  if (event.on === 'offered') return 'updating'
  if (event.on === 'none') return 'no_update'
  return event.on === 'wait' ? { try_again: event.seconds } : undefined
}

/**
 * The event by which the machine next leaves `probe`, other than to probe anew. Told when the machine has come to where
 * it stays, so that whoever asks next does not find it on the way.
 */
function nextOutcome({ runner }: ApiPorts, signal: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<AgentEvent | undefined>()
  let outcome: AgentEvent | undefined
  const unwatch = runner.watch((news) => {
    if (news.kind !== 'moved') return
    if (news.from.at === 'probe' && news.to.at !== 'probe') outcome = news.event
    if (outcome && news.to.at !== 'entry_point') resolve(outcome)
  })
  signal.addEventListener('abort', () => resolve(undefined), { once: true })
  return { event: promise.finally(unwatch), forget: () => resolve(undefined) }
}

/** `POST /local_install` (updatehub.md 1.5). */
export function localInstall(request: HttpRequest, p: ApiPorts): Promise<HttpResponse> {
  return queued(request, (body) => p.runner.order({ on: 'install_file', source: decodeLocalInstall(body) }))
}

/** `POST /remote_install` (updatehub.md 1.6). */
export function remoteInstall(request: HttpRequest, p: ApiPorts): Promise<HttpResponse> {
  return queued(request, (body) => p.runner.order({ on: 'install_url', source: decodeRemoteInstall(body) }))
}

async function queued(
  { headers, body }: HttpRequest,
  order: (body: Uint8Array) => Promise<{ accepted: boolean; at: string }>,
): Promise<HttpResponse> {
  const type = headers['content-type']
  if (type !== undefined && type.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    return text(415, `expected content-type application/json, got ${type}`)
  }
  try {
    const verdict = await order(body)
    return json(verdict.accepted ? 200 : 406, verdict.at)
  } catch (error) {
    if (error instanceof WireError) return text(400, error.message)
    throw error
  }
}

/** `POST /update/download/abort` (updatehub.md 1.7, decision D2). */
export async function abortDownload(p: ApiPorts): Promise<HttpResponse> {
  const verdict = await p.runner.order({ on: 'abort' })
  return verdict.accepted ? json(200, verdict.at) : json(406, { error: 'there is no download to be aborted' })
}
