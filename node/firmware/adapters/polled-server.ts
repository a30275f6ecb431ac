import { type Clock, type Http, type HttpAnswer, HttpError } from '@windlass/platform'
import {
  agentHeaders,
  cloudHeaders,
  cloudPaths,
  decodeExtraPoll,
  decodeSignature,
  encodeProbe,
  encodeReport,
  parseJson,
} from '@windlass/wire/updatehub'
import type { ProbeOutcome, Server } from '../update/ports.ts'
import { UpdateError } from '../update-error.ts'

const mostMetadataBytes = 1024 * 1024
const mostHeaderText = 200
const idleTimeoutMs = 30_000
const deadlineMs = 120_000

/**
 * A server that speaks UpdateHub's cloud protocol (updatehub.md 3). One that drips is given up like one that is silent. `boot`: the
 * kernel's boot id, which ours is told, so that it sees restarts.
 */
export function polledServer(http: Http, clock: Clock, boot: string): Server {
  return {
    async probe(address, firmware, retries, stop, waits = '') {
      const headers = {
        ...agentHeaders,
        [cloudHeaders.retries]: String(retries),
        [cloudHeaders.boot]: headerText(boot),
        ...(waits && { [cloudHeaders.waits]: headerText(waits) }),
      }
      const call = {
        method: 'POST',
        url: address + cloudPaths.probe,
        headers,
        body: encodeProbe(firmware),
        idleTimeoutMs,
      } as const
      return within(clock, stop, async (until) => readOutcome(await send(http, call, until)))
    },
    async report(address, report, stop) {
      const call = {
        method: 'POST',
        url: address + cloudPaths.report,
        headers: agentHeaders,
        body: encodeReport(report),
        idleTimeoutMs,
      } as const
      const answer = await within(clock, stop, (until) => send(http, call, until))
      answer.discard()
      mustBeReceipt(answer)
    },
  }
}

/** A page of a captive portal is no receipt. */
function mustBeReceipt({ status, headers }: HttpAnswer): void {
  const page = (headers['content-type'] ?? '').startsWith('text/html')
  if (status >= 200 && status < 300 && !page) return
  throw new UpdateError('server_refused', `report: expected status 200, got ${page ? 'a page' : status}`)
}

async function within<T>(clock: Clock, stop: AbortSignal, work: (until: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController()
  const over = new AbortController()
  const why = new UpdateError('server_unreachable', `expected an answer within ${deadlineMs / 1000} s, got only a part`)
  clock.sleep(deadlineMs, over.signal).then(
    () => late.abort(why),
    () => undefined,
  )
  try {
    return await work(AbortSignal.any([stop, late.signal]))
  } finally {
    over.abort()
  }
}

async function send(http: Http, call: Parameters<Http['send']>[0], stop: AbortSignal): Promise<HttpAnswer> {
  try {
    return await http.send(call, stop)
  } catch (cause) {
    throw cause instanceof HttpError ? new UpdateError('server_unreachable', cause.message, { cause }) : cause
  }
}

async function readOutcome(answer: HttpAnswer): Promise<ProbeOutcome> {
  if (answer.status !== 200) answer.discard()
  if (answer.status === 404) return { kind: 'none' }
  if (answer.status !== 200) {
    throw new UpdateError('server_refused', `probe: expected status 200 or 404, got ${answer.status}`)
  }
  const seconds = decodeExtraPoll(answer.headers[cloudHeaders.extraPoll])
  if (seconds !== undefined) {
    answer.discard()
    return { kind: 'wait', seconds }
  }
  return readOffer(answer)
}

async function readOffer(answer: HttpAnswer): Promise<ProbeOutcome> {
  const metadata = await answer.bytes(mostMetadataBytes)
  // A page of a captive portal is no offer: ask again later instead of failing an update.
  parseJson('probe answer', metadata)
  const signature = answer.headers[cloudHeaders.signature] ?? null
  if (signature !== null && !decodeSignature(signature)) {
    throw new UpdateError('server_refused', `probe: expected UH-Signature in base64, got "${signature.slice(0, 40)}"`)
  }
  const { [cloudHeaders.retry]: retry = null, [cloudHeaders.metered]: metered = null } = answer.headers
  return { kind: 'offer', metadata, signature, retry, metered }
}

/** As header fields can say it. */
function headerText(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?').slice(0, mostHeaderText)
}
