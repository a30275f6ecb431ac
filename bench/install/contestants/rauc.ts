import { existsSync } from 'node:fs'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Contestant, Scene, Started } from '../contestant.ts'
import { run, start, stop } from '../run-program.ts'
import { certificate } from './certificate.ts'

const bundle = ({ folder }: Scene) => join(folder, 'rauc.raucb')

/** A signed plain bundle, installed by the service, which the client asks over a message bus of its own. */
export const rauc: Contestant = {
  name: 'rauc',
  needs: { rauc: 'rauc', 'dbus-daemon': 'dbus-daemon', mksquashfs: 'squashfs-tools' },
  prepare: pack,
  start: serve,
}

async function pack(scene: Scene): Promise<void> {
  if (existsSync(bundle(scene))) return
  const input = join(scene.folder, 'rauc-parts')
  await rm(input, { recursive: true, force: true })
  await mkdir(input)
  await link(scene.image.path, join(input, 'image.img'))
  const manifest = `[update]\ncompatible=bench\nversion=2.0\n\n[bundle]\nformat=plain\n\n[image.rootfs]\nfilename=image.img\n`
  await writeFile(join(input, 'manifest.raucm'), manifest)
  const { key, cert } = await certificate(scene.folder)
  await run({ command: 'rauc', args: [`--cert=${cert}`, `--key=${key}`, 'bundle', input, bundle(scene)] })
  await rm(input, { recursive: true })
}

async function serve(scene: Scene): Promise<Started> {
  const { folder } = scene
  const socket = join(folder, 'rauc-bus')
  await rm(socket, { force: true })
  const settings = await writeSettings(scene)
  const bus = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}`, DBUS_STARTER_BUS_TYPE: 'session' }
  const daemon = start({
    command: 'dbus-daemon',
    args: ['--session', '--nofork', '--nopidfile', `--address=unix:path=${socket}`],
  })
  await until('a message bus', async () => existsSync(socket))
  const service = start({
    command: 'rauc',
    args: [`--conf=${settings}`, '--override-boot-slot=A', 'service'],
    env: bus,
  })
  await until('the rauc service', () =>
    run({ command: 'rauc', args: ['status'], env: bus }).then(
      () => true,
      () => false,
    ),
  )
  return {
    services: service.pid === undefined ? [] : [service.pid],
    install: async (spawn) => {
      await spawn({ command: 'rauc', args: ['install', bundle(scene)], env: bus })
    },
    stop: async () => {
      await stop(service)
      await stop(daemon)
    },
  }
}

async function writeSettings({ folder, target }: Scene): Promise<string> {
  const path = join(folder, 'rauc.conf')
  const { cert } = await certificate(folder)
  const running = join(folder, 'rauc-slot-a')
  await writeFile(running, '')
  await mkdir(join(folder, 'rauc-mounts'), { recursive: true })
  await writeFile(
    path,
    `[system]\ncompatible=bench\nbootloader=noop\nmountprefix=${folder}/rauc-mounts\nstatusfile=${folder}/rauc.status\n
[keyring]\npath=${cert}\n
[slot.rootfs.0]\ndevice=${running}\ntype=raw\nbootname=A\n
[slot.rootfs.1]\ndevice=${target.path}\ntype=raw\nbootname=B\n`,
  )
  return path
}

async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await ready()) return
    await wait(100)
  }
  throw new Error(`expected ${what} within 10 s, got none`)
}
