import {
  cloudHeaders,
  decodeProbe,
  decodeReport,
  type FirmwareFacts,
  type Pairs,
  type Report,
  WireError,
} from '@windlass/wire/updatehub'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type HearingPorts, hearProbe, type ProbeAnswer } from '../../observed/hear-probe.ts'
import { hearReport } from '../../observed/hear-report.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

const probeLimit = 64 * 1024
const reportLimit = 2 * 1024 * 1024
const longestField = 256
const longestWaits = 200

/** What agents ask: `POST /upgrades`, `POST /report` (updatehub.md 3.2, 3.4). Bodies are read whatever their type says. */
export function deviceRoutes(app: FastifyInstance, ports: HearingPorts & { metrics: Metrics }): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(ports, error, request, reply))
  app.post('/upgrades', { bodyLimit: probeLimit }, async (request, reply) => {
    const retries = request.headers[cloudHeaders.retries]
    const header = typeof retries === 'string' ? retries : undefined
    const probe = decodeProbe(bodyOf(request), header)
    const answer = await hearProbe(ports, { ...probe, ...bounded(probe) }, saidIn(request))
    ports.metrics.probed(answer.kind)
    return answerProbe(reply, answer, isVersion2(request, header))
  })
  app.post('/report', { bodyLimit: reportLimit }, async (request, reply) => {
    const report = decodeReport(bodyOf(request))
    const refused = await hearReport(ports, { ...storable(report), ...bounded(report) })
    if (refused !== undefined) return reply.code(403).send({ error: refused })
    ports.metrics.reported(report.status)
    return reply.code(200).send()
  })
}

function bodyOf(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array()
}

// Printable ASCII by our own agent; others may say anything, so it is cut and cleaned, and never a reason to refuse.
function saidIn({ headers }: FastifyRequest): { waits: string | null; boot: string | null } {
  const text = (said: unknown) =>
    (typeof said === 'string' && said.replaceAll(/[^\x20-\x7e]/g, '').slice(0, longestWaits)) || null
  return { waits: text(headers[cloudHeaders.waits]), boot: text(headers[cloudHeaders.boot]) }
}

/** Version 1 agents take a delay only with 404, version 2 agents only with 200 (updatehub.md 3.9). */
function isVersion2(request: FastifyRequest, retries: string | undefined): boolean {
  return retries !== undefined || (request.headers['user-agent'] ?? '').startsWith('updatehub/2')
}

function answerProbe(reply: FastifyReply, answer: ProbeAnswer, version2: boolean): FastifyReply {
  if (answer.kind === 'refused') return reply.code(403).send({ error: answer.why })
  if (answer.kind === 'none') return reply.code(404).send()
  if (answer.kind === 'wait') {
    return reply
      .code(version2 ? 200 : 404)
      .header(cloudHeaders.extraPoll, String(answer.seconds))
      .send()
  }
  if (answer.signature) reply.header(cloudHeaders.signature, answer.signature)
  if (answer.retry) reply.header(cloudHeaders.retry, answer.uid)
  if (answer.metered) reply.header(cloudHeaders.metered, answer.uid)
  return reply.code(200).type('application/json').send(Buffer.from(answer.metadata))
}

/** Facts as they can be kept. @throws WireError where a field is too long to be one, or no identity is given */
function bounded({ productUid, version, hardware, identity, attributes }: FirmwareFacts): FirmwareFacts {
  for (const [name, text] of Object.entries({ 'product-uid': productUid, version, hardware }))
    if (text.length > longestField)
      throw new WireError('wrong_shape', `${name}: expected at most ${longestField} characters, got ${text.length}`)
  if (Object.keys(identity).length === 0)
    throw new WireError('wrong_shape', 'device-identity: expected at least one key, got none')
  return {
    productUid: cleanText(productUid),
    version: cleanText(version),
    hardware: cleanText(hardware),
    identity: cleanPairs(identity),
    attributes: cleanPairs(attributes),
  }
}

function storable(report: Report): Report {
  const { packageUid, status, trouble } = report
  for (const [name, text] of Object.entries({ 'package-uid': packageUid, status }))
    if (text.length > longestField)
      throw new WireError('wrong_shape', `${name}: expected at most ${longestField} characters, got ${text.length}`)
  return {
    ...report,
    packageUid: cleanText(packageUid),
    status: cleanText(status),
    ...(trouble && {
      trouble: {
        previousState: cleanText(trouble.previousState),
        errorMessage: cleanText(trouble.errorMessage),
        currentLog: cleanText(trouble.currentLog),
      },
    }),
  }
}

// JSON may say what no text of a database can hold: NUL, and halves of characters.
function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}

function cleanPairs(pairs: Pairs): Pairs {
  return Object.fromEntries(
    Object.entries(pairs).map(([key, value]) => [
      cleanText(key),
      typeof value === 'string' ? cleanText(value) : value.map(cleanText),
    ]),
  )
}

function refuse(
  { log }: HearingPorts,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const route = request.routeOptions.url
  if (error instanceof WireError) {
    log.warning('request refused', { route, why: error.message })
    return reply.code(400).send({ error: error.message })
  }
  const status = error.statusCode ?? 500
  if (status < 500) return reply.code(status).send({ error: error.message })
  log.error('request failed', { route, why: error.message })
  return reply.code(500).send({ error: 'internal' })
}
