import { itemRecord, pullOrder, pullProgress } from '@windlass/wire/operator'
import type { Pulls } from '../../units/pulls/pulls.ts'
import { encodeItem } from './encode-unit.ts'
import type { Api } from './typed-api.ts'

/** Items that the fleet fetches itself, below `/api/v1`. */
export function pullRoutes(api: Api, pulls: Pick<Pulls, 'ask'>): void {
  const schema = { body: pullOrder, response: { 201: itemRecord, 202: pullProgress } }
  api.post('/items/pull', { schema }, async ({ body: { login = null, itemConfig = null, ...order } }, reply) => {
    const came = await pulls.ask({ ...order, login, itemConfig })
    if ('item' in came) return reply.code(201).send(encodeItem(came.item))
    return reply.code(202).send({ state: 'pulling', ...came.progress })
  })
}
