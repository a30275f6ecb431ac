import { createCipheriv, createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from './run-program.ts'

/** Bytes of files, named and described. */
export interface Image {
  path: string
  size: number
  sha256: string
}

const fileBytes = 4 * 2 ** 20
const pageBytes = 4096

/** An ext4 filesystem, nine tenths full; the same seed gives the same content. About a third of it does not compress. */
export async function makeImage(path: string, size: number, seed: number): Promise<Image> {
  if (!existsSync(path)) {
    const staging = `${path}.staging`
    await rm(staging, { recursive: true, force: true })
    await fill(staging, Math.floor((size * 0.9) / fileBytes), seed)
    const draft = `${path}.part`
    const uuid = `00000000-0000-4000-8000-${String(seed).padStart(12, '0')}`
    await run({
      command: 'mkfs.ext4',
      args: ['-q', '-F', '-m', '0', '-U', uuid, '-E', `hash_seed=${uuid}`, '-d', staging, draft, `${size / 1024}k`],
      env: { E2FSPROGS_FAKE_TIME: '1700000000', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    })
    await rename(draft, path)
    await rm(staging, { recursive: true })
  }
  return describe(path)
}

export async function describe(path: string): Promise<Image> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    hash.update(piece)
    size += piece.length
  }
  return { path, size, sha256: hash.digest('hex') }
}

async function fill(folder: string, files: number, seed: number): Promise<void> {
  const key = createHash('md5').update(`bench ${seed}`).digest()
  const random = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  for (let number = 0; number < files; number += 1) {
    const path = join(folder, `part-${Math.floor(number / 20)}`, `file-${number}`)
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'w')
    await file.writeFile(content(random))
    await file.close()
  }
  random.end()
  await once(random.resume(), 'end')
}

/** Of three pages one is random and two are text with some random numbers in it. */
function content(random: { update(bytes: Uint8Array): Buffer }): Buffer {
  const bytes = random.update(Buffer.alloc(fileBytes))
  for (let page = 0; page * pageBytes < bytes.length; page += 1) {
    if (page % 3 === 0) continue
    const at = page * pageBytes
    for (let line = 0; line < pageBytes; line += 64) {
      const number = bytes.readUInt32LE(at + line)
      bytes.write(
        `setting ${number} of the service is read at its start, not later; \n`.padEnd(64),
        at + line,
        64,
        'latin1',
      )
    }
  }
  return bytes
}
