import { deviceDetail, digest, imported } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { type AdmittingPorts, importDevices, setInService } from '../../identity/admit-devices.ts'
import { type DetailPorts, detailOf } from './device-detail.ts'
import { seenBy } from './sight.ts'
import { typed } from './typed-api.ts'

const byDevice = z.object({ id: digest })
const longestImport = 32 * 1024 * 1024

/** Which devices may come, and which are sent away, below `/api/v1`. */
export function admissionRoutes(app: FastifyInstance, ports: AdmittingPorts & DetailPorts): void {
  app.register(async (tables) => {
    tables.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    const taking = { bodyLimit: longestImport, schema: { body: z.string(), response: { 200: imported } } }
    typed(tables).post('/devices/import', taking, ({ body }) => importDevices(ports, body))
  })
  const api = typed(app)
  const moving = { schema: { params: byDevice, response: { 200: deviceDetail } } }
  for (const [word, serves] of [
    ['decommission', false],
    ['recommission', true],
  ] as const)
    api.post(`/devices/:id/${word}`, moving, async (request) => {
      const { id } = request.params
      await setInService(ports, id, serves)
      return detailOf(ports, id, await seenBy(request, ports.store))
    })
}
