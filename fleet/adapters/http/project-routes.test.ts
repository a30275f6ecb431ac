import { describe, expect, it } from 'vitest'
import { testFleet } from './test-fleet.ts'

describe('projects over the API', () => {
  it('are made, listed, let in and removed by an admin of the default one', async () => {
    const { api } = await testFleet()
    const made = await api('POST', '/projects', { name: 'acme' })
    expect([made.statusCode, made.json()]).toEqual([
      201,
      { name: 'acme', state: 'ready', createdAt: expect.any(String), token: expect.stringMatching(/^windlass_/) },
    ])
    expect((await api('POST', '/projects', { name: 'acme' })).json()).toMatchObject({ code: 'project_exists' })
    expect((await api('GET', '/projects')).json()).toMatchObject({ projects: [{ name: 'acme', state: 'ready' }] })
    expect((await api('POST', '/projects/acme/token')).statusCode).toBe(201)
    expect((await api('DELETE', '/projects/acme?confirm=acme')).statusCode).toBe(202)
    await expect.poll(async () => (await api('GET', '/projects')).json()).toEqual({ projects: [] })
    const { entries } = (await api('GET', '/audit')).json<{ entries: { action: string; made: string | null }[] }>()
    expect(entries.map(({ action }) => action)).toEqual([
      'DELETE /projects/:name',
      'POST /projects/:name/token',
      'POST /projects',
      'POST /projects',
    ])
    expect(JSON.stringify(entries)).not.toContain('windlass_')
  })

  it('are removed only when they are named twice', async () => {
    const { api } = await testFleet()
    await api('POST', '/projects', { name: 'acme' })
    for (const query of ['', '?confirm=acne', '?everything=true', '?confirm=acme&everything=maybe'])
      expect((await api('DELETE', `/projects/acme${query}`)).json()).toMatchObject({ code: 'request_invalid' })
    expect((await api('DELETE', '/projects/none?confirm=none')).json()).toMatchObject({ code: 'project_unknown' })
    expect((await api('GET', '/projects')).json()).toMatchObject({ projects: [{ state: 'ready' }] })
  })

  it.each(['', 'Acme', '1st', '-a', 'a_b', 'a/b', 'a'.repeat(41), 'ä'])('are not called %s', async (name) => {
    const { api } = await testFleet()
    expect((await api('POST', '/projects', { name })).json()).toMatchObject({ code: 'request_invalid' })
  })

  it('are no affair of operators', async () => {
    const { api } = await testFleet()
    const operator = { name: 'ci', grants: [{ role: 'operator' }, { role: 'approver' }] }
    const { token } = (await api('POST', '/tokens', operator)).json<{ token: string }>()
    const as = { authorization: `Bearer ${token}` }
    for (const [method, path] of [
      ['GET', '/projects'],
      ['POST', '/projects'],
      ['POST', '/projects/acme/token'],
      ['DELETE', '/projects/acme?confirm=acme'],
    ] as const)
      expect((await api(method, path, undefined, as)).json()).toMatchObject({ code: 'role_missing' })
  })
})
