import type { Log } from '@windlass/platform'
import { type ProblemCode, problemOf, problemStatus } from '@windlass/wire/operator'
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { FleetError } from '../../fleet-error.ts'
import { whatWasExpected } from './what-was-expected.ts'

/** Turns everything thrown in this scope, and unknown paths below `/api`, into problem documents. */
export function answerProblems(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof FleetError && request.noted) request.noted.code = error.code
    if (error instanceof FleetError && error.retryAfterSeconds !== undefined)
      reply.header('retry-after', error.retryAfterSeconds)
    if (error instanceof FleetError) return refuse(reply, error.code, error.message, error.errors)
    if (hasZodFastifySchemaValidationErrors(error)) {
      const { body, params, query: querystring } = request
      const from = { body, params, querystring, headers: undefined }[error.validationContext ?? 'headers']
      const errors = error.validation.map(({ instancePath: at, message = '', params }) => {
        const text = whatWasExpected({ message, ...params })
        return `${at || '/'}: ${text}${whatCame(from, at, text)}`
      })
      return refuse(reply, 'request_invalid', errors[0] ?? error.message, errors)
    }
    if (error.statusCode === 413) return refuse(reply, 'upload_too_large', error.message)
    if ((error.statusCode ?? 500) < 500) return refuse(reply, 'request_invalid', error.message)
    log.error('request failed', { method: request.method, route: request.routeOptions.url, why: error.message })
    return refuse(reply, 'internal', 'the fleet could not do this; its log says why')
  })
  app.setNotFoundHandler((request, reply) =>
    refuse(
      reply,
      'route_unknown',
      `expected a path of the operator API, got ${request.method} ${request.url.replace(/\?.*$/s, '').slice(0, 200)}`,
    ),
  )
}

/** An address that cannot be read; what stands in it is not repeated. */
export function refuseAddress(_error: FastifyError, _request: unknown, reply: FastifyReply): void {
  void refuse(reply, 'request_invalid', 'expected an address whose percent signs can be read')
}

/** Our own rules say what they expect; what came stands in the request. The library's rules say both, and nothing of a password. */
function whatCame(from: unknown, at: string, message: string): string {
  if (!message.startsWith('expected') || message.includes(', got ')) return ''
  const steps = at.split('/').slice(1)
  const came = steps.reduce<unknown>((within, step) => (within as Record<string, unknown> | null)?.[step], from)
  if (steps.length === 0 || came === undefined || /password|secret|token/i.test(at)) return ''
  const text = JSON.stringify(came)
  return `, got ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`
}

function refuse(reply: FastifyReply, code: ProblemCode, detail: string, errors?: readonly string[]): FastifyReply {
  // An upload that is refused half-way is not read to its end: the connection cannot be used again.
  if (!reply.request.raw.complete) reply.header('connection', 'close')
  return reply
    .code(problemStatus[code])
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemOf(code, detail, errors))
}
