import { isSha256 } from '@windlass/model'
import type { FastifyInstance } from 'fastify'
import { answerObject } from '../../packages/object-answer.ts'
import type { PackageFiles } from '../../packages/package-files.ts'
import type { Store } from '../../store/store.ts'

/**
 * `GET|HEAD /products/:product/packages/:package/objects/:object` (updatehub.md 3.5). The product is the device's own and
 * says nothing about the package, so it is not looked at.
 */
export function objectRoutes(
  app: FastifyInstance,
  { store, files, resumeQuirk }: { store: Store; files: PackageFiles; resumeQuirk: boolean },
): void {
  app.route<{ Params: { package: string; object: string } }>({
    method: ['GET', 'HEAD'],
    url: '/products/:product/packages/:package/objects/:object',
    async handler(request, reply) {
      const { package: uid, object: name } = request.params
      const kept = isSha256(uid) && isSha256(name) ? await store.package(uid) : undefined
      const object = kept?.objects.find((o) => o.sha256sum === name)
      if (!object) return reply.code(404).send()
      const { range, 'user-agent': userAgent, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers
      const tag = typeof ifRange === 'string' ? ifRange : undefined
      const answer = answerObject(object, { range, userAgent, ifRange: tag, ifNoneMatch }, resumeQuirk)
      reply.code(answer.status).headers(answer.headers)
      if (!answer.bytes || request.method === 'HEAD') return reply.send()
      return reply.send(await files.read(uid, object, answer.bytes.start, answer.bytes.length))
    },
  })
}
