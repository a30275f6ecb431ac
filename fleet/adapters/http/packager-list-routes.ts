import type { Random } from '@windlass/platform'
import { newPackagerRecord, type PackagerRecord, packagerList, packagerOrder } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { FleetError } from '../../fleet-error.ts'
import type { Packager, PackagerStore } from '../../packagers/packager.ts'
import { typed } from './typed-api.ts'

const byId = z.object({ id: z.string().max(100) })

/** Who may push with UpdateHub's packager, below `/api/v1`. Those of the settings are not among them. */
export function packagerListRoutes(
  app: FastifyInstance,
  { store, random, now }: { store: PackagerStore; random: Random; now(): number },
): void {
  const api = typed(app)
  api.get('/packagers', { schema: { response: { 200: packagerList } } }, async () => ({
    packagers: (await store.packagers()).map(encodePackager),
  }))
  const adding = { body: packagerOrder, response: { 201: newPackagerRecord } }
  api.post('/packagers', { schema: adding }, async ({ body: { name } }, reply) => {
    const id = Buffer.from(random.bytes(10)).toString('hex')
    const secret = Buffer.from(random.bytes(32)).toString('base64url')
    const packager = { id, name, secret, createdAt: now() }
    await store.add(packager)
    return reply.code(201).send({ ...encodePackager({ ...packager, lastUsed: null }), secret })
  })
  api.delete('/packagers/:id', { schema: { params: byId } }, async ({ params: { id } }, reply) => {
    if (!(await store.remove(id)))
      throw new FleetError('packager_unknown', `expected the access id of a packager made here, got ${id}`)
    return reply.code(204).send()
  })
}

function encodePackager({ id, name, createdAt, lastUsed }: Packager): PackagerRecord {
  return {
    id,
    name,
    createdAt: new Date(createdAt).toISOString(),
    lastUsed: lastUsed === null ? null : new Date(lastUsed).toISOString(),
  }
}
