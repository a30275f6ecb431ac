import { spawnSync } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeFiles } from '@windlass/platform'
import { afterAll, expect, it } from 'vitest'
import { bring, type World } from './crash-child.ts'
import { digestOf, sampleItem } from './sample-item.ts'
import { said } from './scene.ts'

const child = fileURLToPath(new URL('crash-child.ts', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'images-crash-'))
afterAll(() => rmSync(base, { recursive: true }))

const one = sampleItem({ layers: ['base'.repeat(300_000), 'one'] })
const two = sampleItem({ version: '2.0.0', layers: ['base'.repeat(300_000), 'two'.repeat(200_000)] })
const secret = { key: Buffer.alloc(32, 1), iv: Buffer.alloc(16, 2) }
const secretLayer = two.layers[1] ?? ''

/** Version 1 is installed; version 2 can be had, one layer of it encrypted. */
async function makeWorld(): Promise<World> {
  const at = join(base, 'world')
  mkdirSync(join(at, 'travelling'), { recursive: true })
  for (const [digest, bytes] of [...one.blobs, ...two.blobs]) writeFileSync(join(at, 'travelling', digest), bytes)
  const cipher = createCipheriv('aes-256-cbc', secret.key, secret.iv)
  const clear = two.blobs.get(secretLayer) ?? Buffer.of()
  writeFileSync(join(at, 'travelling', secretLayer), Buffer.concat([cipher.update(clear), cipher.final()]))
  const [key, iv] = [secret.key.toString('hex'), secret.iv.toString('hex')]
  const world = { at, decryption: { [secretLayer]: { algorithm: 'AES256/CBC/pkcs7', key, iv } } }
  await bring(world, [one.item], nodeFiles)
  return world
}

function wrongBlobs({ at }: World): string[] {
  const folder = join(at, 'images/blobs/sha256')
  return readdirSync(folder).filter((name) => digestOf(readFileSync(join(folder, name))) !== `sha256:${name}`)
}

it('kill -9 after any change of the disk leaves no wrong blob, and the update goes on to its end', {
  timeout: 600_000,
}, async () => {
  const prepared = await makeWorld()
  for (let step = 1, killed = true; killed; step += 1) {
    const world = { ...prepared, at: join(base, `after-${step}`) }
    cpSync(prepared.at, world.at, { recursive: true })
    const args = [child, JSON.stringify(world), JSON.stringify([two.item]), String(step)]
    const ended = spawnSync(process.execPath, args, { encoding: 'utf8' })
    killed = ended.signal === 'SIGKILL'
    if (!killed) expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(wrongBlobs(world), `step ${step}`).toEqual([])
    const images = await bring(world, [two.item], nodeFiles)
    expect(images.statuses().map(said).toSorted(), `step ${step}`).toEqual(['web 1.0.0 removed', 'web 2.0.0 installed'])
    expect(wrongBlobs(world), `step ${step}`).toEqual([])
    for (const digest of two.blobs.keys()) expect(await images.blobPath(digest), `step ${step}`).toBeDefined()
    expect(readdirSync(join(world.at, 'images/downloads')), `step ${step}`).toEqual([])
    rmSync(world.at, { recursive: true })
    if (!killed) expect(step).toBeGreaterThan(25)
  }
})
