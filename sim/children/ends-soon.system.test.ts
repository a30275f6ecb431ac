import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '@windlass/platform'
import { expect, it, onTestFinished } from 'vitest'
import { startChild } from './child.ts'
import { freePort } from './free-port.ts'
import { windlass } from './front-door.ts'

/** What a service manager of systems allows a program before it kills it is much more; a person who waits allows this. */
const soonMs = 2_500
/** After the program said that it is up. */
const momentsMs = [0, 300, 1_500]

/** Somebody who takes every connection and never says a word. */
async function silentPort(): Promise<number> {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function mainSettings(folder: string): Promise<object> {
  const at = async () => `127.0.0.1:${await freePort(0)}`
  return {
    systemId: 'ends',
    workingDir: join(folder, 'data'),
    // A service manager and an update manager that never come are waited for.
    node: { id: 'main', attrs: { MainNode: '', AosComponents: 'cm,iam,sm,um' } },
    cmServerUrl: await at(),
    umServerUrl: await at(),
    schedulerUrl: await at(),
    fileServerUrl: await at(),
    iamPublicServerUrl: await at(),
    iamProtectedServerUrl: await at(),
  }
}

const programs = {
  'a unit that has no fleet': async (folder: string) => ({
    place: 'unit',
    up: '"listening"',
    settings: await mainSettings(folder),
  }),
  'a unit whose fleet says nothing': async (folder: string) => {
    await writeFile(join(folder, 'claim'), 'a claim')
    const fleet = { url: `http://127.0.0.1:${await silentPort()}`, claimTokenFile: 'claim' }
    return { place: 'unit', up: '"listening"', settings: { ...(await mainSettings(folder)), fleet } }
  },
  'a node whose main node says nothing': async (folder: string) => {
    const main = `localhost:${await silentPort()}`
    const own = `127.0.0.1:${await freePort(0)}`
    const others = { mainIAMPublicServerURL: main, mainIAMProtectedServerURL: main, iamPublicServerUrl: own }
    const settings = { systemId: 'ends', workingDir: join(folder, 'data'), node: { id: 'edge' }, ...others }
    return { place: 'unit', up: '"listening"', settings }
  },
  'a service manager whose unit says nothing': async (folder: string) => ({
    place: 'services',
    up: 'service manager started',
    settings: {
      cmServerUrl: `localhost:${await silentPort()}`,
      workingDir: join(folder, 'data'),
      runtimes: [{ type: 'process' }],
      windlass: { nodeId: 'main', runDir: join(folder, 'run') },
    },
  }),
}

it.each(Object.entries(programs))('%s is gone soon after TERM', async (_, make) => {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-ends-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const { place, up, settings } = await make(folder)
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings))
  for (const ms of momentsMs) {
    // The log of a unit goes to its standard error.
    const all = windlass(place, '--settings', join(folder, 'settings.json'))
    const shell = { command: 'sh', args: ['-c', 'exec "$@" 2>&1', 'sh', all.command, ...all.args] }
    const isUp = Promise.withResolvers<void>()
    const onLine = (line: string) => line.includes(up) && isUp.resolve()
    const child = await startChild({ ...shell, log: join(folder, 'log'), onLine }, systemClock)
    await Promise.race([isUp.promise, child.ended.then((how) => Promise.reject(new Error(`${place} ended: ${how}`)))])
    await wait(ms)
    const from = performance.now()
    await child.stop(10_000)
    expect.soft(await child.ended, `TERM after ${ms} ms`).toBe('exit status 0')
    expect.soft(performance.now() - from, `TERM after ${ms} ms`).toBeLessThan(soonMs)
  }
})
