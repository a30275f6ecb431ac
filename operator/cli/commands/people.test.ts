import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { problemOf } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { say } from '../test-ports.ts'

const at = '2026-01-02T03:04:05.000Z'
const product = '3f1c'.repeat(16)
const ada = {
  name: 'ada',
  grants: [{ role: 'admin' }],
  signsIn: 'password',
  createdAt: at,
  lastSignIn: at,
  lockedUntil: null,
}
const ci = {
  id: 3,
  name: 'ci',
  grants: [{ role: 'operator', product }],
  madeBy: 'ada',
  createdAt: at,
  expiresAt: null,
  lastUsed: null,
  withdrawnAt: null,
}

/** Answers as the fleet does, and remembers what it was asked with. */
function fleet(answers: Record<string, unknown>) {
  const asked: { request: string; body: unknown; authorization: string | null }[] = []
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = `${init.method ?? 'GET'} ${new URL(input instanceof Request ? input.url : input).pathname.replace('/api/v1', '')}`
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : null
    asked.push({ request, body, authorization: new Headers(init.headers).get('authorization') })
    if (answers[request] === null) return new Response(null, { status: 204 })
    const refusal = problemOf('token_missing', 'expected a sign-in')
    return answers[request] ? Response.json(answers[request]) : Response.json(refusal, { status: 401 })
  }
  return { fetch, asked }
}

describe('packagers', () => {
  it('are let in with a secret that is shown once, listed and removed', async () => {
    const packager = { id: 'a1', name: 'ci', createdAt: at, lastUsed: null }
    const { fetch, asked } = fleet({
      'POST /packagers': { ...packager, secret: 'xyz' },
      'GET /packagers': { packagers: [packager] },
      'DELETE /packagers/a1': null,
    })
    const made = await say(['packagers', 'new', 'ci'], { fetch })
    expect(made.out).toMatch(/UHU_ACCESS_ID: +a1\nUHU_ACCESS_SECRET: +xyz \(shown this once\)\n/)
    expect(asked[0]?.body).toEqual({ name: 'ci' })
    expect((await say(['packagers', 'list'], { fetch })).out).toMatch(/a1 +ci +2026-.* +never/)
    expect((await say(['packagers', 'remove', 'a1'], { fetch })).out).toBe('packager a1 is removed\n')
  })
})

describe('users', () => {
  it('are made with roles, and with a password that is shown once or comes from a file', async () => {
    const { fetch, asked } = fleet({ 'POST /users': { ...ada, password: 'abcde-fghjk' } })
    const said = await say(['users', 'new', 'ada', '--role', 'admin', `viewer:${product}`], { fetch })
    expect(said.out).toBe('user:      ada\nmay:       admin\npassword:  abcde-fghjk (shown this once)\n')
    expect(asked[0]?.body).toEqual({ name: 'ada', grants: [{ role: 'admin' }, { role: 'viewer', product }] })
    const cwd = await mkdtemp(join(tmpdir(), 'users-'))
    await writeFile(join(cwd, 'pw'), 'correct horse battery\n')
    await say(['users', 'new', 'ada', '--role', 'admin', '--password-file', 'pw'], { fetch, cwd })
    expect(asked[1]?.body).toMatchObject({ password: 'correct horse battery' })
  })

  it('get roles over groups of devices, beside others', async () => {
    const grants = [{ role: 'operator', group: 'pilots' }]
    const { fetch, asked } = fleet({ 'PUT /users/anna/grants': { ...ada, name: 'anna', grants } })
    const said = await say(['users', 'role', 'anna', '--role', 'operator', '--group', 'pilots'], { fetch })
    expect([said.code, said.out]).toEqual([0, 'anna is operator of group pilots\n'])
    await say(['users', 'role', 'anna', '--role', 'operator:pilots', 'viewer'], { fetch })
    await say(['users', 'role', 'anna', '--role', 'operator', `viewer:${product}`, '--group', 'pilots'], { fetch })
    expect(asked.map(({ body }) => body)).toEqual([
      { grants },
      { grants: [...grants, { role: 'viewer' }] },
      { grants: [...grants, { role: 'viewer', product }] },
    ])
    expect(await say(['users', 'role', 'anna', '--role', 'operator', '--group', 'Pilots!'], { fetch })).toMatchObject({
      code: 64,
    })
  })

  it('want a role that there is', async () => {
    expect((await say(['users', 'new', 'ada'])).err).toContain('expected --role')
    const said = await say(['users', 'new', 'ada', '--role', 'king'])
    expect([said.code, said.err]).toEqual([64, expect.stringContaining('got king')])
  })

  it('are listed, changed and removed', async () => {
    const { fetch, asked } = fleet({
      'GET /users': { users: [ada] },
      'PUT /users/ada/grants': { ...ada, grants: [{ role: 'viewer', product }] },
      'PUT /users/ada/password': { password: 'abcde-fghjk' },
      'DELETE /users/ada': null,
    })
    expect((await say(['users', 'list'], { fetch })).out).toMatch(/ada +admin +password +2026-01-02/)
    expect((await say(['users', 'role', 'ada', '--role', `viewer:${product}`], { fetch })).out).toBe(
      'ada is viewer of 3f1c3f1c3f1c\n',
    )
    expect((await say(['users', 'password', 'ada'], { fetch })).out).toBe('abcde-fghjk\n')
    expect((await say(['users', 'remove', 'ada'], { fetch })).out).toBe('ada is no user any more\n')
    expect(asked.map(({ request }) => request)).toHaveLength(4)
  })
})

describe('the audit log', () => {
  const entry = {
    id: 7,
    at,
    kind: 'user',
    who: 'ada',
    from: '10.0.0.1',
    action: 'POST /rollouts',
    target: '/api/v1/rollouts',
    made: '3',
    result: 201,
    code: null,
    hash: 'h',
  }

  it('is shown with what was asked for', async () => {
    const urls: string[] = []
    const { fetch } = fleet({
      'GET /audit': {
        entries: [entry, { ...entry, id: 6, made: null, code: 'role_missing', result: 403 }],
        next: null,
      },
    })
    const heard: typeof fetch = (input, init) => {
      urls.push(input instanceof Request ? input.url : String(new URL(input)))
      return fetch(input, init)
    }
    const said = await say(['audit', '--who', 'ada', '--since', '2026-01-01', '--refused'], { fetch: heard })
    expect(said.out.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^7 +2026-\S+ +ada +10\.0\.0\.1 +POST \/rollouts +\/rollouts +201 \(3\)$/),
      expect.stringMatching(/ role_missing$/),
    ])
    expect(urls[0]).toContain('?limit=50&who=ada&since=2026-01-01T00%3A00%3A00.000Z&only=refused')
    expect(await say(['audit', '--since', 'yesterday'])).toMatchObject({ code: 64 })
  })

  it('is checked, and the answer is no where an entry was changed', async () => {
    const good = { entries: 3, brokenAt: null, lastHash: 'abc' }
    const whole = await say(['audit', '--check'], fleet({ 'GET /audit/check': good }))
    expect([whole.code, whole.out]).toEqual([0, '3 entries, each follows from the one before; the last is abc\n'])
    const broken = await say(['audit', '--check'], fleet({ 'GET /audit/check': { ...good, brokenAt: 2 } }))
    expect([broken.code, broken.out]).toEqual([1, 'entry 2 does not follow from the one before\n'])
  })
})

describe('webhooks', () => {
  const hook = { id: 2, url: 'https://x.example/h', events: ['rollout', 'attempt'], createdAt: at }
  const delivery = {
    id: 9,
    kind: 'rollout',
    createdAt: at,
    attempts: 2,
    nextAt: at,
    status: 500,
    error: 'expected 2xx',
  }

  it('are made, listed, looked into and removed', async () => {
    const { fetch, asked } = fleet({
      'POST /webhooks': { ...hook, secret: 's3cret' },
      'GET /webhooks': { webhooks: [hook] },
      'POST /webhooks/2/test': { delivery: 10 },
      'GET /webhooks/2/deliveries': {
        deliveries: [
          { ...delivery, state: 'waiting' },
          { ...delivery, id: 8, state: 'given_up', nextAt: null },
        ],
      },
      'DELETE /webhooks/2': null,
    })
    const made = await say(['webhooks', 'new', hook.url, '--on', 'rollout', 'attempt'], { fetch })
    expect(made.out).toMatch(/^secret: +s3cret \(shown this once\)$/m)
    expect(asked[0]?.body).toEqual({ url: hook.url, events: ['rollout', 'attempt'] })
    expect((await say(['webhooks', 'list'], { fetch })).out).toMatch(/^2 +https:\/\/x\.example\/h +rollout, attempt/m)
    const log = await say(['webhooks', 'log', '2', '--test'], { fetch })
    expect(log.out).toMatch(/^9 +rollout +\S+ +waiting until \S+ +2 +expected 2xx$/m)
    expect(log.out).toMatch(/^8 +rollout +\S+ +given up +2/m)
    expect((await say(['webhooks', 'remove', '2'], { fetch })).out).toBe('webhook 2 is removed\n')
    const wrong = await say(['webhooks', 'new', hook.url, '--on', 'everything'], { fetch })
    expect([wrong.code, wrong.err]).toEqual([64, expect.stringContaining('got everything')])
  })
})

describe('tokens', () => {
  it('are made, listed and withdrawn', async () => {
    const { fetch, asked } = fleet({
      'POST /tokens': { ...ci, token: 'windlass_secret' },
      'GET /tokens': { tokens: [ci, { ...ci, id: 4, withdrawnAt: at }] },
      'DELETE /tokens/3': null,
    })
    const made = await say(['tokens', 'new', 'ci', '--role', `operator:${product}`, '--days', '30'], { fetch })
    expect(made.out).toBe('windlass_secret\n')
    expect(asked[0]?.body).toEqual({ name: 'ci', grants: [{ role: 'operator', product }], days: 30 })
    const lines = (await say(['tokens', 'list'], { fetch })).out.split('\n')
    expect(lines[1]).toMatch(/^3 +ci +operator of 3f1c3f1c3f1c +ada +until withdrawn +never$/)
    expect(lines[2]).toContain(`withdrawn ${at}`)
    expect((await say(['tokens', 'withdraw', '3'], { fetch })).out).toBe('token 3 is withdrawn\n')
    expect((await say(['tokens', 'new', 'ci', '--role', 'viewer', '--days', '0'], { fetch })).code).toBe(64)
  })

  it('are shown to the fleet: the nearest word wins', async () => {
    const { fetch, asked } = fleet({ 'GET /users': { users: [] } })
    const cwd = await mkdtemp(join(tmpdir(), 'tokens-'))
    await mkdir(join(cwd, 'home/.config/windlass'), { recursive: true })
    await writeFile(join(cwd, 'home/.config/windlass/token'), 'home\n')
    await writeFile(join(cwd, 'named'), 'named\n')
    const env = { HOME: join(cwd, 'home'), WINDLASS_TOKEN: 'environment' }
    const list = (args: string[], given: Record<string, string>) =>
      say(['users', 'list', ...args], { fetch, cwd, env: given })
    await list(['--token', 'option', '--token-file', 'named'], env)
    await list(['--token-file', 'named'], env)
    await list([], env)
    await list([], { HOME: env.HOME, WINDLASS_TOKEN_FILE: 'named' })
    await list([], { HOME: env.HOME })
    await list([], { HOME: '/nowhere' })
    const texts = ['option', 'named', 'environment', 'named', 'home']
    expect(asked.map(({ authorization }) => authorization)).toEqual([...texts.map((text) => `Bearer ${text}`), null])
    expect(await list(['--token-file', 'gone'], env)).toMatchObject({ code: 66 })
  })

  it('are what is missing where the fleet wants a sign-in', async () => {
    const said = await say(['tokens', 'list'], fleet({}))
    expect([said.code, said.err]).toEqual([77, expect.stringContaining('WINDLASS_TOKEN')])
  })
})
