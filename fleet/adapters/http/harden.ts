import type { FastifyInstance } from 'fastify'

/** What a browser needs to be told of answers that are no pages: they are shown, kept and guessed at by nobody. */
export function harden(api: FastifyInstance, tls: boolean): void {
  api.addHook('onRequest', async (_request, reply) => {
    reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
      .header('referrer-policy', 'no-referrer')
      .header('x-content-type-options', 'nosniff')
    if (tls) reply.header('strict-transport-security', 'max-age=31536000')
  })
}
