import { parseQuery } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { say } from '../test-ports.ts'

/** Answers with what was asked, as a fleet does. */
function fleet() {
  const asked: { request: string; body: unknown }[] = []
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    const body = init.body ? ((await new Response(init.body).json()) as { query?: string }) : {}
    const request = `${init.method ?? 'GET'} ${pathname.replace('/api/v1', '')}${search}`
    asked.push({ request, body })
    const group = { name: 'boats', query: 'model = boat', units: 2, createdAt: '2026-01-02T03:04:05.000Z', ...body }
    if (request === 'GET /unit-groups') return Response.json({ groups: [group] })
    if (request === 'POST /units/labels') return Response.json({ units: 2 })
    if (request.startsWith('GET /units')) return Response.json({ units: [] })
    if (init.method === 'DELETE') return new Response(null, { status: 204 })
    if (body.query !== undefined) parseQuery(body.query, 'unit')
    return Response.json(group)
  }
  return { asked, fetch }
}

describe('windlass units groups', () => {
  it('names, lists, shows and forgets groups of units', async () => {
    const { asked, fetch } = fleet()
    const made = await say(['units', 'groups', 'new', 'boats', '--query', 'model = boat'], { fetch })
    expect(made.out).toMatch(/group: +boats\nquery: +model = boat\nunits: +2\n/)
    expect((await say(['units', 'groups', 'list'], { fetch })).out).toMatch(
      /GROUP +UNITS +QUERY\nboats +2 +model = boat/,
    )
    expect((await say(['units', 'groups', 'show', 'boats', '--json'], { fetch })).document()).toMatchObject({
      units: 2,
    })
    await say(['units', 'groups', 'change', 'boats', '--query', 'model = ship'], { fetch })
    expect((await say(['units', 'groups', 'remove', 'boats'], { fetch })).out).toBe('Group boats is gone.\n')
    expect(asked.map(({ request }) => request)).toEqual([
      'POST /unit-groups',
      'GET /unit-groups',
      'GET /unit-groups/boats',
      'PUT /unit-groups/boats',
      'DELETE /unit-groups/boats',
    ])
  })
})

describe('windlass units label', () => {
  it('writes labels on the units named, a query or a group', async () => {
    const { asked, fetch } = fleet()
    expect((await say(['units', 'label', 'b1', 'site=Oslo', 'b2'], { fetch })).out).toBe('Labels of 2 units changed.\n')
    await say(['units', 'label', '--group', 'boats', '--remove', 'site'], { fetch })
    expect(asked.map(({ body }) => body)).toEqual([
      { to: { units: ['b1', 'b2'] }, set: { site: 'Oslo' }, remove: [] },
      { to: { group: 'boats' }, set: {}, remove: ['site'] },
    ])
    const none = await say(['units', 'label', 'site=Oslo'], { fetch })
    expect([none.code, none.err]).toEqual([64, expect.stringMatching(/expected units, --query or --group, got none/)])
  })
})

it('windlass units takes a query and a group', async () => {
  const { asked, fetch } = fleet()
  await say(['units', '--query', 'model = boat', '--group', 'boats'], { fetch })
  expect(asked[0]?.request).toBe('GET /units?limit=1000&query=model+%3D+boat&group=boats')
})

it('windlass units counts says how many there are of each kind', async () => {
  const counts = {
    units: 3,
    byStanding: [{ standing: 'idle', units: 3 }],
    byModel: [{ model: 'boat', units: 3 }],
  }
  const { out } = await say(['units', 'counts'], { fetch: async () => Response.json(counts) })
  expect(out).toBe('3 units\n\nSTANDING  UNITS\nidle      3\n\nMODEL  UNITS\nboat   3\n')
})
