import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@windlass/platform'
import { operatorClient } from '@windlass/wire/operator'
import { expect, it, onTestFinished } from 'vitest'
import { browser, openIdServer, signInThere } from './adapters/http/test-openid.ts'
import { freePort } from './adapters/postgres/free-port.ts'
import { defaultSettings } from './settings/settings.ts'
import { startFleet } from './start-fleet.ts'

/*
 * The default project and another one, each with an OpenID provider of its own, and a third with none.
 */

const operatorToken = 'operator-token-of-the-default-project'
const admins = { admins: [{ role: 'admin' as const }] }
const back = '/api/v1/session/openid/callback'

async function twoProviders() {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-openid-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o700)
  const port = await freePort()
  const root = `http://127.0.0.1:${port}`
  const acme = `${root}/p/acme`
  const openid = { ...(await openIdServer(root + back, { root: ['admins'] })), roles: admins }
  const own = { ...(await openIdServer(acme + back, { ada: ['admins'] })), roles: admins }
  const fleet = await startFleet(
    {
      ...defaultSettings,
      data: folder,
      listen: { host: '127.0.0.1', port },
      operatorToken,
      openid,
      projects: new Map([['acme', { openid: own }]]),
    },
    { log: createLog([], Date.now) },
  )
  onTestFinished(() => fleet.stop())
  const host = operatorClient({ url: root, token: operatorToken })
  for (const name of ['acme', 'beta']) await host.addProject(name)
  return { root, acme, beta: `${root}/p/beta`, openid, own }
}

const ways = async (url: string) => (await operatorClient({ url }).signInWays()).openid
const sessionAt = (url: string, cookie: string) => fetch(`${url}/api/v1/session`, { headers: { cookie } })

it('a project signs in through the provider that the settings give it, and through no other', async () => {
  const { root, acme, beta, openid, own } = await twoProviders()
  expect([await ways(root), await ways(acme), await ways(beta)]).toEqual([true, true, false])
  expect((await fetch(`${beta}/api/v1/session/openid`)).status).toBe(401)

  const begun = await browser().ask(`${acme}/api/v1/session/openid`)
  const asked = new URL(begun.next ?? '')
  expect([asked.origin, asked.searchParams.get('redirect_uri')]).toEqual([own.issuer, acme + back])
  expect(begun.answer.headers.getSetCookie()).toEqual([expect.stringContaining(`Path=/p/acme${back};`)])

  const ada = browser()
  const came = await signInThere(ada, acme, 'ada')
  expect(came.startsWith(`${acme}${back}?`)).toBe(true)
  // What was begun in one project is finished in no other, though the browser showed all that it has.
  for (const place of [root, beta]) {
    const elsewhere = await fetch(came.replace(acme, place), {
      headers: { cookie: [...ada.jar].map((pair) => pair.join('=')).join('; ') },
    })
    expect([elsewhere.status, elsewhere.headers.getSetCookie()]).toEqual([401, []])
  }
  const last = await ada.ask(came)
  expect([last.answer.status, last.next]).toEqual([302, `${acme}/`])
  expect(last.answer.headers.getSetCookie()[0]).toMatch(/^windlass_session=.*Path=\/p\/acme[;/]/)
  const cookie = `windlass_session=${ada.jar.get('windlass_session')}`
  expect(await (await sessionAt(acme, cookie)).json()).toMatchObject({ kind: 'user', name: 'ada' })
  expect([(await sessionAt(root, cookie)).status, (await sessionAt(beta, cookie)).status]).toEqual([401, 401])

  // The default project knows its own provider's people as ever, and none of the other's.
  const host = operatorClient({ url: root, token: operatorToken })
  expect(await host.users()).toEqual([])
  const first = browser()
  expect((await first.ask(await signInThere(first, root, 'root'))).next).toBe(`${root}/`)
  expect((await host.users()).map(({ name }) => name)).toEqual(['root'])
  expect(new URL((await browser().ask(`${root}/api/v1/session/openid`)).next ?? '').origin).toBe(openid.issuer)
})
