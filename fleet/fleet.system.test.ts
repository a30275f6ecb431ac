import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { operatorClient } from '@windlass/wire/operator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceBody, testPackage } from './adapters/http/test-fleet.ts'
import { findPostmaster } from './adapters/postgres/postmaster.ts'
import { deviceId } from './identity/device-id.ts'
import { product } from './store/samples.ts'

const run = `import { main } from ${JSON.stringify(join(import.meta.dirname, 'main.ts'))}
process.exitCode = await main(process.argv.slice(1))`
const a1 = deviceId({ serial: 'A1' })
const b2 = deviceId({ serial: 'B2' })

interface Running {
  child: ChildProcess
  url: string
  exit: Promise<unknown[]>
}

/** The fleet as a program of its own, on a port that is free. */
async function start(data: string): Promise<Running> {
  const args = ['--input-type=module', '-e', run, '--', '--data', data, '--listen', '127.0.0.1:0']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [url] = await Promise.race([once(lines, 'line'), exit])
  if (typeof url !== 'string') throw new Error(`expected the fleet's address, got exit code ${String(url)}`)
  return { child, url, exit }
}

describe('the fleet as a program', () => {
  let data: string
  let fleet: Running
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'windlass-fleet-'))
    fleet = await start(data)
  })
  afterAll(async () => {
    fleet.child.kill('SIGTERM')
    await fleet.exit
    await rm(data, { recursive: true, force: true })
  })

  const client = () => operatorClient({ url: fleet.url })
  const send = async (path: string, serial: string, version: string, body = {}) => {
    const headers = { 'user-agent': 'updatehub/2.0 Linux', 'api-retries': '0' }
    const payload = JSON.stringify({ ...deviceBody(serial, version), ...body })
    return fetch(fleet.url + path, { method: 'POST', headers, body: payload })
  }
  const probe = (serial: string, version: string) => send('/upgrades', serial, version)

  it('keeps what it was told when it is killed in the middle of a rollout', async () => {
    const made = await testPackage('3.1', { content: 'x'.repeat(300_000) })
    const { uid } = await client().uploadPackage({ body: createReadStream(made.path) })
    expect((await probe('A1', '3.0')).status).toBe(404)
    expect((await probe('B2', '3.0')).status).toBe(404)
    await client().startRollout({ package: uid, to: { product } })
    expect(await (await probe('A1', '3.0')).text()).toBe(made.metadata)
    for (const status of ['downloading', 'downloaded', 'installing', 'installed', 'rebooting'])
      expect((await send('/report', 'A1', '3.0', { status, 'package-uid': uid })).status).toBe(200)
    const half = client().uploadPackage({ body: endless() })
    const cut = expect(half).rejects.toMatchObject({ code: 'unreachable' })
    await untilSomethingComes(join(data, 'packages', 'incoming'))

    fleet.child.kill('SIGKILL')
    await fleet.exit
    await cut
    const cluster = join(data, 'database', 'cluster')
    const left = await findPostmaster(cluster)
    fleet = await start(data)
    expect((await findPostmaster(cluster))?.pid).toBe(left?.pid)

    expect(await readdir(join(data, 'packages', 'incoming'))).toEqual([])
    expect((await client().rollout(1)).counts).toMatchObject({ updating: 1, pending: 1 })
    expect((await probe('A1', '3.1')).status).toBe(404)
    expect((await probe('B2', '3.0')).status).toBe(200)
    const url = `${fleet.url}/products/${product}/packages/${uid}/objects/${made.object}`
    expect(await (await fetch(url, { headers: { range: 'bytes=299990-' } })).text()).toBe('x'.repeat(10))
    const { devices } = await client().rollout(1)
    expect(Object.fromEntries(devices.map((d) => [d.device, d.state]))).toEqual({ [a1]: 'updated', [b2]: 'pending' })
    expect((await client().history(a1)).map((r) => r.status)).toEqual([
      'updated',
      'rebooting',
      'installed',
      'installing',
      'downloaded',
      'downloading',
    ])
  })

  it('ends in order on SIGTERM, its database last, and starts again where it was', async () => {
    const listening = client().events(new AbortController().signal)[Symbol.asyncIterator]()
    expect((await listening.next()).value).toMatchObject({ kind: 'connected' })
    fleet.child.kill('SIGTERM')
    expect(await fleet.exit).toEqual([0, null])
    expect(await findPostmaster(join(data, 'database', 'cluster'))).toBeUndefined()
    fleet = await start(data)
    expect((await client().rollouts()).length).toBe(1)
  })

  it('ends with 70 when its database goes away, and recovers at the next start', async () => {
    process.kill((await findPostmaster(join(data, 'database', 'cluster')))?.pid ?? 0, 'SIGKILL')
    expect(await fleet.exit).toEqual([70, null])
    fleet = await start(data)
    expect((await probe('B2', '3.0')).status).toBe(200)
  })

  it('is refused a folder that another fleet is at work on', async () => {
    await expect(start(data)).rejects.toThrow('got exit code 75')
    expect((await client().health()).status).toBe('ok')
  })
})

async function* endless(): AsyncIterable<Uint8Array> {
  for (;;) {
    yield new Uint8Array(1024)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function untilSomethingComes(folder: string): Promise<void> {
  while ((await readdir(folder)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
}
