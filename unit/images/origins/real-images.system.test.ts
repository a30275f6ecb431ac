import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BlobOrigin } from '@windlass/images'
import { skopeo, testRegistry } from '@windlass/images/fakes'
import type { DesiredItem } from '@windlass/model/unit'
import { createLog, nodeFiles, nodeHttp, systemClock, systemRandom } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { mediaTypes } from '@windlass/wire/oci'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UnitImages } from '../images.ts'
import { defaultLimits } from '../limits.ts'
import { type ImageSource, openImageSource } from './image-source.ts'

/*
 * Images as other programs make them: skopeo writes layouts, archives and Docker's formats, docker-registry serves them.
 */

const base = mkdtempSync(join(tmpdir(), 'images-origins-'))
const layout = join(base, 'layout')
const never = new AbortController().signal
let registry = { host: '', stop: () => {} }

beforeAll(async () => {
  makeLayout()
  registry = await testRegistry(base)
  skopeo('copy', '--dest-tls-verify=false', `oci:${layout}:v1`, `docker://${registry.host}/app/web:v1`)
})
afterAll(() => {
  registry.stop()
  rmSync(base, { recursive: true })
})

describe('an image of other hands', () => {
  it('comes out of an OCI layout folder', async () => {
    await expectDeployed(await source(layout), 'v1')
  })

  it('comes out of an OCI archive that skopeo wrote', async () => {
    const path = join(base, 'image.tar')
    skopeo('copy', `oci:${layout}:v1`, `oci-archive:${path}:v1`)
    await expectDeployed(await source(path), 'v1')
    await expect((await source(path)).resolve('v2', never)).rejects.toThrow('expected an image named v2, found v1')
  })

  it('comes out of an archive that tar wrote', async () => {
    const path = join(base, 'plain.tar')
    execFileSync('tar', ['-cf', path, '-C', layout, '.'])
    await expectDeployed(await source(path))
  })

  it('comes out of a registry, where skopeo put it', async () => {
    await expectDeployed(await atRegistry('app/web:v1'))
  })

  it("comes out of a registry in Docker's own format", async () => {
    const to = `docker://${registry.host}/app/web:v2s2`
    skopeo('copy', '--format', 'v2s2', '--dest-tls-verify=false', `oci:${layout}:v1`, to)
    await expectDeployed(await atRegistry('app/web:v2s2'))
  })

  it('is gone on with in the middle at a registry', async () => {
    const { origin, resolve } = await atRegistry('app/web:v1')
    const images = await unit(origin)
    await images.download([itemOf(await resolve(undefined, never))], noTrust, never)
    const layer = (await images.documents('web', '1.0.0')).variants[0]?.manifest.layers[0]
    const [offer] = await origin.sources([layer?.digest ?? ''], never)
    const stream = await offer?.places[0]?.open(500, never)
    stream?.discard()
    expect(offer?.size).toBe(layer?.size)
    expect(stream).toMatchObject({ from: 500, total: layer?.size })
  })

  it('is refused with a reason where nobody has it', async () => {
    for (const { origin } of [await atRegistry('app/web:v1'), await source(layout)]) {
      const images = await unit(origin)
      await images.download([itemOf(`sha256:${'0'.repeat(64)}`)], noTrust, never)
      expect(images.statuses()[0]?.error?.message).toMatch('expected somebody to have it, found nobody')
    }
  })
})

const noTrust = { certificates: [], chains: [] }
const source = (place: string) =>
  openImageSource(place, { http: nodeHttp(), files: nodeFiles, clock: systemClock }, defaultLimits)
const atRegistry = (name: string) => source(`docker://${registry.host}/${name}`)

function itemOf(indexDigest: string): DesiredItem {
  return { itemId: 'web', type: 'service', version: '1.0.0', ownerId: 'owner', indexDigest }
}

async function unit(origin: BlobOrigin): Promise<UnitImages> {
  const ports = {
    files: nodeFiles,
    db: openDatabase(':memory:'),
    time: { ms: () => systemClock.uptime() },
    clock: systemClock,
    random: systemRandom,
    log: createLog([], Date.now),
    alert: () => undefined,
    origin: () => origin,
    roots: async () => [],
    fits: ({ architecture }: { architecture: string }) => architecture === 'amd64',
  }
  const folder = mkdtempSync(join(base, 'store-'))
  return UnitImages.open(ports, { folder, blobServer: 'http://main:8094' })
}

async function expectDeployed({ origin, resolve }: ImageSource, name?: string): Promise<void> {
  const images = await unit(origin)
  const item = itemOf(await resolve(name, never))
  await images.download([item], noTrust, never)
  await images.install([item])
  expect(images.statuses()).toMatchObject([{ state: 'installed' }])
  const { variants } = await images.documents('web', '1.0.0')
  expect(variants).toMatchObject([{ image: { cmd: ['/hello'], env: ['A=1'] }, item: { balancing: 'enabled' } }])
  for (const layer of variants[0]?.manifest.layers ?? []) {
    const bytes = await nodeFiles.readFile((await images.blobPath(layer.digest)) ?? '', 10_000_000)
    expect(bytes).toHaveLength(layer.size)
  }
}

/** A hand-made image of one layer, as plain as can be. */
function makeLayout(): void {
  const root = join(base, 'root')
  mkdirSync(root)
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true })
  writeFileSync(join(root, 'hello'), 'hello'.repeat(100_000))
  const tar = execFileSync('tar', ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-C', root, '-c', '.'])
  const add = (mediaType: string, bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(join(layout, 'blobs/sha256', hex), bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  const layers = [add(mediaTypes.layerGzip, gzipSync(tar))]
  const diff = `sha256:${createHash('sha256').update(tar).digest('hex')}`
  const image = { architecture: 'amd64', os: 'linux', config: { Cmd: ['/hello'], Env: ['A=1'] } }
  const config = add(mediaTypes.config, json({ ...image, rootfs: { type: 'layers', diff_ids: [diff] } }))
  const manifest = add(mediaTypes.manifest, json({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }))
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' }
  writeFileSync(join(layout, 'index.json'), json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }))
  writeFileSync(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
}
