import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FakeAgent, type Moment } from '../agent/fake-agent.ts'
import { say } from '../test-ports.ts'

const dialects = ['updatehub', 'windlass'] as const

const success: Moment[] = [
  { state: 'prepare_local_install', log: ['installing a local package'] },
  { state: 'validation' },
  { state: 'install', log: ['installing object'], progress: { doneBytes: 5, totalBytes: 10, bytesPerSecond: 5 } },
  { state: 'install', progress: { doneBytes: 10, totalBytes: 10, bytesPerSecond: 5 } },
  { state: 'reboot' },
]
const refused: Moment[] = [
  { state: 'validation' },
  { state: 'error', errors: [{ message: 'signature_mismatch: not made with the key of this device' }] },
  { state: 'entry_point' },
  { state: 'park' },
]

describe.each(dialects)('windlass device, with an agent that speaks as %s', (dialect) => {
  const agentWith = (moments: readonly Moment[] = []): FakeAgent => new FakeAgent(dialect, moments)

  it('info shows state, firmware and settings', async () => {
    const { code, out } = await say(['device', 'info'], { fetch: agentWith().fetch })
    expect(code).toBe(0)
    expect(out).toMatch(/state: +park\n/)
    expect(out).toMatch(/device identity serial: +A1\n/)
    expect(out).toMatch(/iface: +eth0, wlan0\n/)
    expect(out).not.toMatch(/pub key/)
  })

  it('info --json gives the document as the agent sent it', async () => {
    const said = await say(['device', 'info', '--json'], { fetch: agentWith().fetch })
    expect(said.document()).toMatchObject({ state: 'park', firmware: { pub_key: null } })
  })

  it('log prints a line per entry', async () => {
    const { out } = await say(['device', 'log'], { fetch: agentWith().fetch })
    expect(out).toBe('Jan 02 03:04:05.678 INFO    an old line\n')
  })

  it('install follows the states to the restart and ends with 0', async () => {
    const agent = agentWith(success)
    const { code, out } = await say(['device', 'install', 'a.uhupkg'], { fetch: agent.fetch, cwd: '/mnt' })
    expect(code).toBe(0)
    expect(agent.orders).toEqual([{ path: '/local_install', body: { file: '/mnt/a.uhupkg' } }])
    expect(out).toMatch(/INFO {4}installing a local package\n/)
    expect(out).toMatch(/state install\n/)
    expect(out).not.toMatch(/an old line/)
    expect(out).toMatch(/Installed; the device restarts into it/)
  })

  it('install takes an agent that goes away while installing for a restart', async () => {
    const moments = [...success.slice(0, 3), { state: 'install', gone: true }]
    const { code } = await say(['device', 'install', 'https://x.test/a.uhupkg'], { fetch: agentWith(moments).fetch })
    expect(code).toBe(0)
  })

  it('install of a package that is refused ends with 1 and says why', async () => {
    const { code, out } = await say(['device', 'install', '/a.uhupkg'], { fetch: agentWith(refused).fetch })
    expect(code).toBe(1)
    expect(out).toMatch(/Not installed: signature_mismatch: not made with the key of this device\n$/)
  })

  it('install --json prints a document per line', async () => {
    const { out } = await say(['device', 'install', '/a', '--json'], { fetch: agentWith(success).fetch })
    const lines: unknown[] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toContainEqual({ state: 'validation' })
    expect(lines.at(-1)).toEqual({ ended: 'restarting' })
  })

  it('install --detach ends as soon as the order is taken', async () => {
    const said = await say(['device', 'install', '/a', '--detach', '--json'], { fetch: agentWith(success).fetch })
    expect(said.document()).toEqual({ accepted: true, state: 'park' })
  })

  it('install on a busy agent ends with 75 and names its state', async () => {
    const agent = agentWith()
    agent.state = 'install'
    const { code, err } = await say(['device', 'install', '/a'], { fetch: agent.fetch })
    expect({ code, err }).toEqual({
      code: 75,
      err: 'windlass: expected an idle agent at localhost:8080, got one in state install; try again later\n',
    })
  })

  it('abort stops a download; without one it ends with 1', async () => {
    const agent = agentWith()
    expect((await say(['device', 'abort'], { fetch: agent.fetch })).code).toBe(1)
    agent.state = 'download'
    expect(await say(['device', 'abort'], { fetch: agent.fetch })).toMatchObject({
      code: 0,
      out: 'The download is aborted.\n',
    })
  })

  it.each([
    [200, 'updating', 0, /An update was found/],
    [200, 'no_update', 0, /no update/],
    [200, { try_again: 3600 }, 0, /come back in 3600 seconds/],
    [200, 'download', 75, /got one in state download/],
    [406, 'install', 75, /got one in state install/],
    [500, 'probe: no route to host', 69, /could not do it \(status 500\): probe: no route to host/],
  ])('probe answered %i %j ends with %i', async (status, value, code, text) => {
    const agent = agentWith()
    agent.probeAnswer = { status, value }
    const said = await say(['device', 'probe'], { fetch: agent.fetch })
    expect(said.code).toBe(code)
    expect(said.out + said.err).toMatch(text)
    expect(agent.orders).toEqual([{ path: '/probe', body: undefined }])
  })

  it('probe --server names another server', async () => {
    const agent = agentWith()
    await say(['device', 'probe', '--server', 'http://10.0.0.9:8080'], { fetch: agent.fetch })
    expect(agent.orders).toEqual([{ path: '/probe', body: { custom_server: 'http://10.0.0.9:8080' } }])
  })
})

describe('windlass device', () => {
  it('draws a bar from our own agent on a terminal', async () => {
    const agent = new FakeAgent('windlass', success)
    const { err } = await say(['device', 'install', '/a'], { fetch: agent.fetch, isTTY: true })
    expect(err).toMatch(/install {2}\[#{5}-{5}\] {2}50 % {2}5 of 10 B {2}5 B\/s {2}1 s left/)
  })

  it('install says why, where the agent keeps that beside the message', async () => {
    const data = { code: 'signature_missing', why: 'the package is not signed' }
    const moments: Moment[] = [{ state: 'error', errors: [{ message: 'update failed', data }] }, { state: 'park' }]
    const { out } = await say(['device', 'install', '/a'], { fetch: new FakeAgent('windlass', moments).fetch })
    expect(out).toMatch(/Not installed: the package is not signed \(signature_missing\)\n$/)
  })

  it('with nobody there ends with 69 and says what to do', async () => {
    const { code, err } = await say(['device', 'info', '--device', 'gw:8080'])
    expect(code).toBe(69)
    expect(err).toBe(
      'windlass: expected an agent at gw:8080, got ECONNREFUSED; is it running? Another one is named with --device host:port\n',
    )
  })

  it('hold keeps the device as it is, with a reason that info shows, until release', async () => {
    const agent = new FakeAgent('windlass')
    const held = await say(['device', 'hold', '--reason', 'harvest', '--json'], { fetch: agent.fetch })
    expect(held.document()).toEqual({ held: true, reason: 'harvest' })
    expect((await say(['device', 'info'], { fetch: agent.fetch })).out).toMatch(/held: +harvest \(since 2026/)
    expect((await say(['device', 'release'], { fetch: agent.fetch })).code).toBe(0)
    expect(agent.hold).toBeNull()
  })

  it('download fetches what waits for another link; without such a package it ends with 1', async () => {
    const agent = new FakeAgent('windlass')
    expect((await say(['device', 'download'], { fetch: agent.fetch })).code).toBe(1)
    agent.state = 'waiting'
    expect((await say(['device', 'download'], { fetch: agent.fetch })).code).toBe(0)
  })

  it.each(['hold', 'release', 'download'])('%s is refused by an agent that does not know it', async (verb) => {
    const { code, err } = await say(['device', verb], { fetch: new FakeAgent('updatehub').fetch })
    expect({ code, err }).toMatchObject({ code: 77, err: expect.stringMatching(/expected an agent of Windlass/) })
  })

  it('speaks over a socket: one that is named, else the usual one where it is there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-cli-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'agent.sock')
    const agent = new FakeAgent('windlass')
    const server = createServer((request, response) => {
      const { method = 'GET', url = '/' } = request
      void text(request)
        .then((body) => agent.fetch(`http://agent${url}`, { method, ...(body && { body }) }))
        .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => void server.close())
    expect((await say(['device', 'hold', '--device', `unix:${path}`])).code).toBe(0)
    expect(agent.hold?.reason).toBe('held by the operator')
    expect((await say(['device', 'info'], { agentSocket: path })).out).toMatch(/held: +held by the operator/)
    const { err } = await say(['device', 'info'], { agentSocket: `${path}.not` })
    expect(err).toMatch(/expected an agent at localhost:8080/)
  })

  it('log --watch goes on with what is new until Ctrl-C, then ends with 130', async () => {
    const agent = new FakeAgent('windlass')
    const stop = new AbortController()
    let looks = 0
    const fetch: typeof globalThis.fetch = (input, init) => {
      if (++looks === 4) stop.abort()
      return agent.fetch(input instanceof Request ? input.url : input, init)
    }
    const { code, out } = await say(['device', 'log', '--watch'], { fetch, signal: stop.signal })
    expect({ code, out }).toEqual({ code: 130, out: 'Jan 02 03:04:05.678 INFO    an old line\n' })
  })
})
