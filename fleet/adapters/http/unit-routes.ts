import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import {
  decodeDiscoveryRequest,
  decodeEnrolment,
  encodeDiscoveryAnswer,
  encodeEnrolled,
  enrolmentPath,
  WireError,
} from '@windlass/wire/aoscore-cloud'
import type { FastifyInstance } from 'fastify'
import type { BlobFiles } from '../../blobs/blob-files.ts'
import { FleetError } from '../../fleet-error.ts'
import type { BlobTickets } from '../../identity/blob-tickets.ts'
import { type ClaimPorts, enrol, type SocketTokens } from '../../identity/claims.ts'
import { answerObject } from '../../packages/object-answer.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { admitUnit } from './admit-unit.ts'

export interface UnitRoutePorts {
  store: UnitStore
  blobs: BlobFiles
  claims: ClaimPorts
  tokens: SocketTokens
  tickets: Pick<BlobTickets, 'flawOf'>
  base: string
}

export const discoveryPath = '/sd/v7/'
export const socketPath = '/units/v7'

/** What units ask of the fleet over HTTP: to enrol, where their socket is, and blobs. Their own JSON, whatever its type says. */
export function unitRoutes(app: FastifyInstance, ports: UnitRoutePorts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 256 * 1024 }, (_request, body, done) =>
    done(null, body),
  )
  app.post<{ Body: Buffer }>(enrolmentPath, async (request, reply) => {
    const asked = readable(() => decodeEnrolment(request.body))
    const enrolled = await enrol(ports.claims, asked, `${baseUrlOf(request.raw, ports.base)}${discoveryPath}`)
    return reply.type('application/json').send(encodeEnrolled(enrolled))
  })
  app.post<{ Body: Buffer }>(discoveryPath, async (request, reply) => {
    const { systemId } = readable(() => decodeDiscoveryRequest(request.body))
    await admitUnit(request.raw, systemId, ports)
    const connectionInfo = [baseUrlOf(request.raw, ports.base).replace(/^http/, 'ws') + socketPath]
    const answer = { systemId, outcome: 'no_error', nextRequestDelayMs: 0, connectionInfo } as const
    return reply
      .type('application/json')
      .send(encodeDiscoveryAnswer({ ...answer, authToken: ports.tokens.issue(systemId) }))
  })
  blobRoute(app, ports)
}

function blobRoute(app: FastifyInstance, { store, blobs, tickets }: UnitRoutePorts): void {
  app.route<{ Params: { hex: string }; Querystring: Record<string, string | undefined> }>({
    method: ['GET', 'HEAD'],
    url: '/blobs/sha256/:hex',
    async handler(request, reply) {
      const digest = `sha256:${request.params.hex}`
      const flaw = tickets.flawOf(digest, request.query)
      if (flaw !== undefined) throw new FleetError('ticket_refused', flaw)
      const [blob] = await store.blobs([digest])
      if (!blob) return reply.code(404).send()
      const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers
      const tag = typeof ifRange === 'string' ? ifRange : undefined
      const answer = answerObject(
        { size: blob.size, sha256sum: request.params.hex },
        { range, ifRange: tag, ifNoneMatch },
      )
      reply.code(answer.status).headers(answer.headers)
      if (!answer.bytes || request.method === 'HEAD') return reply.send()
      return reply.send(await blobs.read(digest, answer.bytes.start, answer.bytes.length))
    },
  })
}

/** The address by which the caller reached this project, without a slash at its end. */
export function baseUrlOf({ headers, socket }: IncomingMessage, base: string): string {
  return `${(socket as TLSSocket).encrypted ? 'https' : 'http'}://${headers.host ?? 'localhost'}${base}`
}

function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof WireError) throw new FleetError('request_invalid', cause.message, { cause })
    throw cause
  }
}
