import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { memoryPeopleStore } from '../../people/memory-people-store.ts'
import { consoleRoutes } from './console.ts'
import { Guard } from './guard.ts'
import { testFolder } from './test-fleet.ts'

async function served(built: boolean, base = '') {
  const folder = await testFolder()
  if (built) {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><script src="./assets/index-1a2b.js">')
    await writeFile(join(folder, 'assets', 'index-1a2b.js'), 'run()')
  }
  const app = fastify()
  onTestFinished(() => app.close())
  const guard = new Guard({ people: memoryPeopleStore(), gate: { token: 'a token', loopback: true }, now: () => 0 })
  consoleRoutes(app, { folder, base, guard, welcome: 'greeting' })
  const get = (url: string, headers = {}) => app.inject({ url, headers: { host: 'localhost:8000', ...headers } })
  return { get, page: (url: string, headers = {}) => get(url, { accept: 'text/html,*/*', ...headers }) }
}

describe('the console as the fleet serves it', () => {
  it('greets who is no browser', async () => {
    const { get } = await served(true)
    expect((await get('/')).body).toBe('greeting')
  })

  it('gives every page the same document, never kept, under a strict policy', async () => {
    const { page } = await served(true)
    for (const url of ['/', '/devices', '/devices/abc', '/units/u1', '/rollouts/7', '/activity']) {
      const answer = await page(url)
      expect([answer.statusCode, answer.body]).toEqual([200, '<!doctype html><script src="/assets/index-1a2b.js">'])
      expect(answer.headers['cache-control']).toBe('no-cache')
      expect(answer.headers['content-security-policy']).not.toMatch(/unsafe|https?:/)
    }
  })

  it('names its files from the root of its project', async () => {
    const { page } = await served(true, '/p/acme')
    expect((await page('/devices/abc')).body).toBe('<!doctype html><script src="/p/acme/assets/index-1a2b.js">')
  })

  it('lets a browser keep assets for ever, and has no others than were built', async () => {
    const { get } = await served(true)
    const script = await get('/assets/index-1a2b.js')
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
    })
    expect((await get('/assets/..%2findex.html')).statusCode).toBe(404)
  })

  it('says in one line that it is not built', async () => {
    const { page } = await served(false)
    const answer = await page('/')
    expect([answer.statusCode, answer.body.trim().split('\n').length]).toEqual([503, 1])
    expect(answer.body).toContain('npm run console')
  })

  it('is refused under a strange name on loopback', async () => {
    const { page } = await served(true)
    expect((await page('/', { host: 'evil.example' })).statusCode).toBe(403)
  })
})
