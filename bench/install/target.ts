import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Image } from './image.ts'
import { run } from './run-program.ts'

/** Where the tools install: `path` is a symlink to a loop device, or a plain file where there can be none. */
export interface Target {
  path: string
  kind: 'loop device' | 'file'
  release(): Promise<void>
}

export async function makeTarget(folder: string, size: number): Promise<Target> {
  const path = join(folder, 'target')
  const backing = join(folder, 'target.img')
  await rm(path, { force: true })
  await (await open(backing, 'a')).close()
  await truncate(backing, size)
  const device = (await run({ command: 'losetup', args: ['-f', '--show', backing] }).catch(() => '')).trim()
  await symlink(device || backing, path)
  return {
    path,
    kind: device ? 'loop device' : 'file',
    release: async () => {
      if (device) await run({ command: 'losetup', args: ['-d', device] })
      await rm(path, { force: true })
    },
  }
}

/** Makes the target hold this image, and the system forget it as far as it can be made to. */
export async function prefill(target: Target, image: Image): Promise<void> {
  const args = [`if=${image.path}`, `of=${target.path}`, 'bs=4M', 'conv=fsync,notrunc', 'status=none']
  await run({ command: 'dd', args })
}

/** Whether the page cache could be dropped. */
export async function forgetPages(): Promise<boolean> {
  await run({ command: 'sync', args: [] })
  return writeFile('/proc/sys/vm/drop_caches', '3').then(
    () => true,
    () => false,
  )
}

/** @throws Error when the target does not hold the image */
export async function check(target: Target, image: Image): Promise<void> {
  const hash = createHash('sha256')
  const stream = createReadStream(target.path, { end: image.size - 1, highWaterMark: 2 ** 20 })
  stream.on('data', (piece) => hash.update(piece))
  await once(stream, 'end')
  const came = hash.digest('hex')
  if (came !== image.sha256) throw new Error(`expected the target to hold ${image.sha256}, got ${came}`)
}
