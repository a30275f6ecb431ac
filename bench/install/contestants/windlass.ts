import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { sha256Text } from '@windlass/model'
import { generateKeys, sign } from '@windlass/trust'
import { writeArchive } from '@windlass/trust/pack'
import { encodeMetadata } from '@windlass/wire/updatehub'
import type { Contestant, Scene, Started } from '../contestant.ts'
import { start, stop } from '../run-program.ts'
import { deviceFolder, product } from './windlass-device.ts'

/** `local`: the package is on the device's disk. `http`: it is fetched from a server on this machine first. */
interface Form {
  name: string
  payload: 'stored' | 'zstd'
  from: 'local' | 'http'
}

/** The real agent, told over its local API, until it orders the restart. */
export function windlass(form: Form): Contestant {
  const file = (scene: Scene) => join(scene.folder, `windlass-${form.payload}.uhupkg`)
  return {
    name: form.name,
    needs: {},
    prepare: (scene) => pack(scene, form.payload, file(scene)),
    start: (scene) => serve(scene, form, file(scene)),
  }
}

async function keyOf(folder: string) {
  const path = join(folder, 'windlass-keys.json')
  if (!existsSync(path)) await writeFile(path, JSON.stringify(await generateKeys(2048)))
  return JSON.parse(await readFile(path, 'utf8')) as Awaited<ReturnType<typeof generateKeys>>
}

async function pack({ folder, image, packed, target }: Scene, form: Form['payload'], out: string): Promise<void> {
  if (existsSync(out)) return
  const { path, size, sha256 } = form === 'zstd' ? packed : image
  const object = {
    mode: 'raw',
    filename: form === 'zstd' ? 'image.zst' : 'image',
    size,
    sha256sum: sha256,
    'target-type': 'device',
    target: target.path,
    truncate: false,
    ...(form === 'zstd' && { compressed: true, 'required-uncompressed-size': image.size }),
  }
  const objects = [[object], [object]]
  const metadata = encodeMetadata({ product, version: '2.0', 'supported-hardware': 'any', objects })
  const { privateKey } = await keyOf(folder)
  const signature = sign(privateKey, Buffer.from(metadata))
  await writeArchive(out, { metadata, signature, objects: [{ path, size, sha256sum: sha256Text(sha256) }] })
}

async function serve(
  { folder, agent: [command = '', ...first] }: Scene,
  { from }: Form,
  file: string,
): Promise<Started> {
  const device = join(folder, 'windlass-device')
  await rm(device, { recursive: true, force: true })
  await mkdir(device)
  const { settings, programs, rebooted, port } = await deviceFolder(device, (await keyOf(folder)).publicKey)
  const server = from === 'http' ? await serveFile(file) : undefined
  const agent = start({
    command,
    args: [...first, 'agent', '--settings', settings],
    env: { PATH: `${programs}:${process.env['PATH']}` },
  })
  const url = `http://127.0.0.1:${port}`
  await ready(url, agent)
  const order = server
    ? { path: 'remote_install', body: { url: server.url } }
    : { path: 'local_install', body: { file } }
  return {
    services: agent.pid === undefined ? [] : [agent.pid],
    install: async () => {
      const answer = await fetch(`${url}/${order.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order.body),
      })
      if (!answer.ok) throw new Error(`expected the agent to accept, got ${answer.status} ${await answer.text()}`)
      await untilRebooted(rebooted, url)
    },
    stop: async () => {
      await stop(agent)
      server?.child.kill()
    },
  }
}

async function ready(url: string, agent: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && agent.exitCode === null; tries += 1) {
    const up = await fetch(`${url}/info`).catch(() => undefined)
    if (up?.ok) return
    await wait(50)
  }
  throw new Error(`expected the agent at ${url}, got none (exit status ${agent.exitCode})`)
}

/** The agent is only asked when it takes too long: an answer costs memory. */
async function untilRebooted(rebooted: string, url: string): Promise<void> {
  const askEvery = 2000
  for (let turn = 1; !existsSync(rebooted); turn += 1) {
    await wait(5)
    if (turn % askEvery !== 0) continue
    const { entries } = (await (await fetch(`${url}/log`)).json()) as { entries: { level: string; message: string }[] }
    const failed = entries.find(({ message }) => message === 'update failed')
    if (failed) throw new Error(`expected an installation, got ${JSON.stringify(failed)}`)
  }
}

async function serveFile(file: string): Promise<{ url: string; child: ChildProcess }> {
  const program = join(import.meta.dirname, 'serve-file.ts')
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of child.stdout) return { url: String(line).trim(), child }
  throw new Error('expected the address of the file server, got none')
}
