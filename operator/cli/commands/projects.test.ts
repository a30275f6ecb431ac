import { describe, expect, it } from 'vitest'
import { say } from '../test-ports.ts'

const acme = { name: 'acme', state: 'ready', createdAt: '2026-01-02T03:04:05.000Z' }

/** Answers in turn, and remembers what it was asked. */
function fleet(...answers: unknown[]) {
  const asked: string[] = []
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    asked.push(`${init.method ?? 'GET'} ${pathname}${search} ${typeof init.body === 'string' ? init.body : ''}`.trim())
    return Response.json(answers.shift())
  }
  return { fetch, asked }
}

describe('projects', () => {
  it('are made with a token that is shown once, and listed', async () => {
    const { fetch, asked } = fleet({ ...acme, token: 'windlass_x' }, { projects: [acme] }, { projects: [] })
    expect((await say(['projects', 'create', 'acme'], { fetch })).out).toBe('windlass_x\n')
    expect((await say(['projects', 'list'], { fetch })).out).toMatch(/^NAME .*\nacme +ready +2026-01-02/)
    expect((await say(['projects', 'list'], { fetch })).out).toContain('projects create NAME')
    expect(asked[0]).toBe('POST /api/v1/projects {"name":"acme"}')
  })

  it('are removed with the name said twice, and waited for until they are gone', async () => {
    expect((await say(['projects', 'remove', 'acme'])).err).toContain('expected --confirm')
    const removing = { ...acme, state: 'removing' }
    const { fetch, asked } = fleet(removing, { projects: [removing] }, { projects: [] })
    const said = await say(['projects', 'remove', 'acme', '--confirm', 'acme', '--with-everything'], { fetch })
    expect([said.out, said.code]).toEqual(['acme is gone\n', 0])
    expect(asked).toEqual([
      'DELETE /api/v1/projects/acme?confirm=acme&everything=true',
      'GET /api/v1/projects',
      'GET /api/v1/projects',
    ])
  })

  it('let an admin in again whose token is lost', async () => {
    const { fetch, asked } = fleet({ token: 'windlass_y' })
    expect((await say(['projects', 'token', 'acme'], { fetch })).out).toBe('windlass_y\n')
    expect(asked).toEqual(['POST /api/v1/projects/acme/token'])
  })

  it('are what every command reaches below their address', async () => {
    const { fetch, asked } = fleet({ packages: [] })
    await say(['list', '--fleet', 'https://fleet.example/p/acme/'], { fetch })
    expect(asked).toEqual(['GET /p/acme/api/v1/packages'])
  })
})
