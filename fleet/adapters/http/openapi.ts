import swagger from '@fastify/swagger'
import { problem } from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { ruleOf, ruleText } from './permissions.ts'

/** `GET /openapi.json`: every route of this scope that comes after, from the schemas that check it (OpenAPI 3.1). */
export async function openapiRoute(api: FastifyInstance, version: string, base: string): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Windlass operator API', version },
      ...(base !== '' && { servers: [{ url: base }] }),
    },
    transform: withProblems,
  })
  api.get('/openapi.json', () => api.swagger())
}

/** Whatever a route answers when all is well, it refuses with a problem document. `x-permission`: who may use it. */
const withProblems: typeof jsonSchemaTransform = (route) => {
  const { response, ...schema } = route.schema ?? {}
  const answers = response !== null && typeof response === 'object' ? response : {}
  const permission = { 'x-permission': ruleText(ruleOf([route.route.method].flat()[0] ?? 'GET', route.url)) }
  return jsonSchemaTransform({
    ...route,
    schema: { ...schema, ...permission, response: { ...answers, default: problem } },
  } as typeof route)
}
