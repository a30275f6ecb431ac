import { operatorPaths, problem } from '@windlass/wire/operator'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TestFleet, testFleet } from './test-fleet.ts'

interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: object
  responses: Record<string, object>
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}

const documentOf = async (fleet: TestFleet): Promise<Document> => (await fleet.api('GET', '/openapi.json')).json()

/** `/devices/1` and `/devices/{id}` alike as `/devices/*`. */
const shape = (path: string): string =>
  path.replace(/^\/api\/v1/, '').replaceAll(/\{[^}]+\}|(?<=\/)(ID|1)(?=\/|$)/g, '*')

describe('the OpenAPI document', () => {
  it('has every path that the operator client uses, and all of it is there', async () => {
    const { openapi, paths } = await documentOf(await testFleet({ units: true }))
    expect(openapi).toBe('3.1.0')
    const used = Object.values(operatorPaths).map((path) =>
      shape(typeof path === 'string' ? path : (path as (id: never) => string)('ID' as never)),
    )
    expect(Object.keys(paths).map(shape)).toEqual(expect.arrayContaining(used))
  })

  it('shows what is asked and answered as the schemas have it', async () => {
    const { paths } = await documentOf(await testFleet({ units: true }))
    const start = paths['/api/v1/rollouts']?.['post']
    expect(start?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { required: ['package', 'to'], additionalProperties: false } } },
    })
    expect(start?.responses['201']).toMatchObject({ content: { 'application/json': { schema: { type: 'object' } } } })
    expect(JSON.stringify(start?.responses['default'])).toContain('retry_needless')
    expect(paths['/api/v1/devices']?.['get']?.parameters?.map(({ name }) => name)).toContain('search')
  })

  it('goes with refusals of what no database holds', async () => {
    const fleet = await testFleet({ units: true })
    const nul = { name: 'a\0b', items: [], instances: [] }
    const deep = `{"name":"r","items":[],"instances":[],"unitConfig":{"version":"1.0.0","formatVersion":"1","nodes":[{"a":${'['.repeat(100_000)}"\\ud800"${']'.repeat(100_000)}}]}}`
    const headers = { host: 'localhost', 'content-type': 'application/json' }
    const url = '/api/v1/releases'
    for (const payload of [JSON.stringify(nul), deep]) {
      const answer = await fleet.app.inject({ method: 'POST', url, headers, payload })
      expect(answer.json()).toMatchObject({ code: 'request_invalid' })
    }
    expect((await fleet.api('GET', '/devices?search=%00')).json()).toMatchObject({ code: 'request_invalid' })
  })

  it('says no more than there is: nothing but a problem with a known code comes of nonsense', async () => {
    const fleet = await testFleet({ units: true })
    const { paths } = await documentOf(fleet)
    const all = Object.entries(paths)
      .flatMap(([path, operations]) => Object.keys(operations).map((method) => ({ path, method })))
      // It does not end.
      .filter(({ path }) => !path.endsWith('/events'))
    const id = fc.oneof(
      fc.string({ maxLength: 300, unit: 'binary' }),
      fc.constantFrom('1', '0', 'f'.repeat(64), '\0', '..'),
    )
    const body = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom('package', 'to', 'name', 'items', 'instances', 'release', 'itemId', 'systemId'),
        fc.jsonValue(),
      ),
      fc.constant('x'.repeat(9 * 1024 * 1024)),
    )
    const request = fc.record({
      at: fc.constantFrom(...all),
      id,
      query: fc.dictionary(fc.constantFrom('limit', 'cursor', 'search'), fc.string({ unit: 'binary' })),
      body: fc.option(body, { freq: 5 }),
      type: fc.constantFrom('application/json', 'application/octet-stream', 'text/plain', ''),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ at, id: given, query, body: sent, type }) => {
        const url = at.path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(given.toWellFormed()))
        const search = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, v.toWellFormed()]))
        const answer = await fleet.app.inject({
          method: at.method.toUpperCase() as 'GET',
          url: `${url}?${search.toString()}`,
          headers: { host: 'localhost', ...(type && { 'content-type': type }) },
          ...(sent !== null && at.method !== 'get' && { payload: JSON.stringify(sent) }),
        })
        expect(answer.statusCode, answer.body.slice(0, 200)).toBeLessThan(500)
        if (answer.statusCode < 400 || at.method === 'head') return
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
        expect(problem.parse(answer.json()).status).toBe(answer.statusCode)
      }),
      { numRuns: 400, seed: 1 },
    )
  }, 120_000)
})
