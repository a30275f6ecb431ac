import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skopeo, testRegistry } from '@windlass/images/fakes'
import { createLog } from '@windlass/platform'
import { mediaTypes } from '@windlass/wire/oci'
import { type OperatorClient, operatorClient } from '@windlass/wire/operator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../adapters/http/test-unit.ts'
import { defaultSettings } from '../../settings/settings.ts'
import { type Fleet, startFleet } from '../../start-fleet.ts'

/*
 * A fleet with its own PostgreSQL, a registry of Docker's, and skopeo that put images there.
 */

const base = mkdtempSync(join(tmpdir(), 'windlass-pulls-'))
const layout = join(base, 'layout')
const login = { user: 'me', password: 'a password' }
let open = { host: '', stop: () => {} }
let closed = open
let fleet: Fleet
let client: OperatorClient

beforeAll(async () => {
  await makeLayout()
  for (const name of ['open', 'closed']) await mkdir(join(base, name))
  open = await testRegistry(join(base, 'open'))
  closed = await testRegistry(join(base, 'closed'), { login: true })
  for (const each of [open, closed])
    skopeo('copy', '--all', '--dest-tls-verify=false', ...creds(each), `oci:${layout}:v1`, from(each))
  fleet = await start({ privateRegistries: true })
  client = operatorClient({ url: fleet.url })
})
afterAll(async () => {
  await fleet.stop()
  open.stop()
  closed.stop()
  rmSync(base, { recursive: true })
})

const creds = (registry: object) => (registry === closed ? ['--dest-creds', `${login.user}:${login.password}`] : [])
const order = { itemId: 'web', type: 'service', version: '1.0.0' } as const
const from = (registry: { host: string }, name = 'app/web:v1') => `docker://${registry.host}/${name}`

describe('the fleet and a real registry', () => {
  it('takes an image of two architectures under the digest that it has there', async () => {
    const item = await client.pullItem({ ...order, from: from(open) })
    const answer = await fetch(`http://${open.host}/v2/app/web/manifests/v1`, {
      headers: { accept: mediaTypes.index },
    })
    expect(item.indexDigest).toBe(answer.headers.get('docker-content-digest'))
    expect(item.blobs).toBe(6)
    expect(await client.hasBlob(item.indexDigest)).toBe(true)
    const again = await client.pullItem({ ...order, from: from(open, `app/web@${item.indexDigest}`) })
    expect(again).toEqual(item)
  })

  it('takes one architecture, with an item configuration', async () => {
    const chosen = { platforms: ['linux/arm64'], itemConfig: { runtimes: ['crun'], quotas: { ramLimit: 1000 } } }
    const item = await client.pullItem({ ...order, version: '1.1.0', from: from(open), ...chosen })
    expect(item.blobs).toBe(5)
    await expect(
      client.pullItem({ ...order, version: '1.2.0', from: from(open), platforms: ['linux/s390x'] }),
    ).rejects.toMatchObject({ code: 'image_unknown' })
  })

  it("takes an image in Docker's own format", async () => {
    const to = ['--dest-tls-verify=false', `oci:${layout}:amd`, `docker://${open.host}/app/web:v2s2`]
    skopeo('copy', '--format', 'v2s2', ...to)
    expect((await client.pullItem({ ...order, version: '1.3.0', from: from(open, 'app/web:v2s2') })).blobs).toBe(4)
  })

  it('shows its login to a registry that wants one', async () => {
    const closedOrder = { ...order, version: '2.0.0', from: from(closed) }
    await expect(client.pullItem(closedOrder)).rejects.toMatchObject({ code: 'registry_refused' })
    const wrong = { ...login, password: 'another' }
    await expect(client.pullItem({ ...closedOrder, login: wrong })).rejects.toMatchObject({ code: 'registry_refused' })
    expect((await client.pullItem({ ...closedOrder, login })).blobs).toBe(6)
  })

  it('says what is not there', async () => {
    await expect(client.pullItem({ ...order, from: from(open, 'app/web:v9') })).rejects.toMatchObject({
      code: 'image_unknown',
    })
    await expect(client.pullItem({ ...order, from: 'docker://127.0.0.1:1/app' })).rejects.toMatchObject({
      code: 'registry_failed',
    })
  })

  it('goes in no circles', async () => {
    const server = createServer((request, answer) => answer.writeHead(307, { location: `${request.url}x` }).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const pull = client.pullItem({ ...order, from: `docker://127.0.0.1:${port}/app` })
    await expect(pull).rejects.toMatchObject({ code: 'registry_failed' })
    server.close()
  })

  it('keeps to the open net unless it is told otherwise', async () => {
    const strict = await start({})
    try {
      const { pullItem } = operatorClient({ url: strict.url })
      for (const host of [open.host, open.host.replace('127.0.0.1', 'localhost')])
        await expect(pullItem({ ...order, from: from({ host }) })).rejects.toMatchObject({ code: 'address_refused' })
    } finally {
      await strict.stop()
    }
  })
})

async function start(over: { privateRegistries?: boolean }): Promise<Fleet> {
  const data = mkdtempSync(join(base, 'fleet-'))
  const listen = { host: '127.0.0.1', port: 0 }
  return startFleet({ ...defaultSettings, data, listen, ...over }, { log: createLog([], Date.now) })
}

/** An image for two architectures, as plain as can be; `amd` is one of them alone. */
async function makeLayout(): Promise<void> {
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true })
  const put = async (value: unknown, mediaType: string) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))
    const digest = digestOf(bytes)
    await writeFile(join(layout, 'blobs', digest.replace(':', '/')), bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const layer = await put(Buffer.alloc(100 * 1024), mediaTypes.layer)
  const manifest = async (architecture: string) => {
    const rootfs = { type: 'layers', diff_ids: [layer.digest] }
    const config = await put({ os: 'linux', architecture, rootfs, config: { Cmd: ['/hello'] } }, mediaTypes.config)
    const described = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] }
    return { ...(await put(described, mediaTypes.manifest)), platform: { os: 'linux', architecture } }
  }
  const manifests = [await manifest('amd64'), await manifest('arm64')]
  const index = await put({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index)
  const named = (name: string) => ({ annotations: { 'org.opencontainers.image.ref.name': name } })
  const top = {
    schemaVersion: 2,
    manifests: [
      { ...index, ...named('v1') },
      { ...manifests[0], ...named('amd') },
    ],
  }
  await writeFile(join(layout, 'index.json'), JSON.stringify(top))
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}
