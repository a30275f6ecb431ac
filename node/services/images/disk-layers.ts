import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { isDiskError, ProcessError, type Processes } from '@windlass/platform'
import { createDigest, TrustError } from '@windlass/trust'
import type { LayerPacking } from '@windlass/wire/oci'
import { ServicesError } from '../services-error.ts'
import { hexOf } from './blob-digest.ts'
import { guardLayer, type Whiteouts } from './layer-guard.ts'
import type { Layers, PackedLayer } from './layers.ts'
import { treeDigest } from './tree-digest.ts'

/** Larger unpacked layers are refused: a small file can stand for very much. */
const mostLayerBytes = 64 * 1024 * 1024 * 1024
const unfinished = '.new'
/** Beside each layer: the digest of all that was unpacked. */
const written = '.tree'
/** What the disk did not keep; services may still run from it. */
const discarded = '.bad'

/**
 * Layers in `<folder>/<hex>`. An archive is read to its end once before `tar` gets it, so nothing of a bad one is ever unpacked.
 * The folder is closed to others: setuid programs lie in it.
 */
export class DiskLayers implements Layers {
  readonly #folder: string
  readonly #processes: Processes
  readonly #unpacking = new Map<string, Promise<void>>()

  constructor(folder: string, processes: Processes) {
    this.#folder = folder
    this.#processes = processes
  }

  folder(diffId: string): string {
    return join(this.#folder, hexOf(diffId))
  }

  async has(diffId: string): Promise<boolean> {
    return await exists(this.folder(diffId))
  }

  async list(): Promise<string[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#folder)
    return names.filter((name) => /^[a-f0-9]{64}$/.test(name)).map((hex) => `sha256:${hex}`)
  }

  async remove(diffId: string): Promise<void> {
    const folder = this.folder(diffId)
    // Renamed first: half a layer must never look like a whole one.
    if (await this.has(diffId)) await rename(folder, `${folder}${unfinished}`)
    for (const rest of [unfinished, written, discarded]) await rm(`${folder}${rest}`, { recursive: true, force: true })
  }

  async intact(diffId: string): Promise<boolean> {
    const folder = this.folder(diffId)
    try {
      return (await readFile(`${folder}${written}`, 'utf8')) === (await treeDigest(folder))
    } catch (error) {
      // A sector or a folder that cannot be read any more is rot as well.
      if (isDiskError(error, 'EIO', 'EUCLEAN', 'EBADMSG')) return false
      if (isDiskError(error, 'ENOENT')) return !(await exists(`${folder}${written}`))
      throw error
    }
  }

  async discard(diffId: string): Promise<void> {
    const folder = this.folder(diffId)
    if (!(await this.has(diffId))) return
    await rm(`${folder}${discarded}`, { recursive: true, force: true })
    await rename(folder, `${folder}${discarded}`)
    await syncFolder(this.#folder)
  }

  async unpack(layer: PackedLayer, stop: AbortSignal): Promise<void> {
    const under = this.#unpacking.get(layer.diffId)
    if (under) return await under
    const work = this.#unpack(layer, stop).finally(() => this.#unpacking.delete(layer.diffId))
    this.#unpacking.set(layer.diffId, work)
    await work
  }

  async #unpack(layer: PackedLayer, stop: AbortSignal): Promise<void> {
    if (await this.has(layer.diffId)) return
    const whiteouts = await this.#check(layer)
    stop.throwIfAborted()
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const folder = this.folder(layer.diffId)
    const fresh = `${folder}${unfinished}`
    await rm(fresh, { recursive: true, force: true })
    await mkdir(fresh)
    try {
      await this.#pour(layer, fresh, stop)
      await this.#white(fresh, whiteouts)
      await writeFile(`${folder}${written}`, await treeDigest(fresh))
      await this.#run('sync', ['-f', fresh])
      await rename(fresh, folder)
      await syncFolder(this.#folder)
    } catch (error) {
      await rm(fresh, { recursive: true, force: true })
      throw error
    }
  }

  async #check({ path, packing, diffId }: PackedLayer): Promise<Whiteouts> {
    const digest = createDigest()
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of unpacked(path, packing)) {
        digest.update(piece)
        yield piece
      }
    }
    const whiteouts = await orRefused(() => guardLayer(counted(), mostLayerBytes))
    const came = `sha256:${digest.digest()}`
    if (came !== diffId) throw new ServicesError('checksum', `layer: expected diff id ${diffId}, got ${came}`)
    return whiteouts
  }

  async #pour({ path, packing }: PackedLayer, into: string, stop: AbortSignal): Promise<void> {
    const args = ['--extract', '--preserve-permissions', '--numeric-owner', '--exclude=.wh.*', '--directory', into]
    const input = unpacked(path, packing)
    const how = await this.#processes.run({ command: 'tar', args, input }, stop)
    if (how.code !== 0) throw unpackError(how.stderr)
  }

  async #white(folder: string, { gone, opaque }: Whiteouts): Promise<void> {
    const inside = (paths: readonly string[]) => paths.map((path) => join(folder, path))
    const make = 'for path; do mkdir -p "${path%/*}" && mknod "$path" c 0 0 || exit 1; done'
    for (const some of batches(inside(gone))) await this.#run('sh', ['-c', make, 'sh', ...some])
    for (const some of batches(inside(opaque))) {
      await this.#run('mkdir', ['-p', ...some])
      await this.#run('setfattr', ['-n', 'trusted.overlay.opaque', '-v', 'y', ...some])
    }
  }

  async #run(command: string, args: readonly string[]): Promise<void> {
    try {
      const how = await this.#processes.run({ command, args })
      if (how.code !== 0) throw unpackError(how.stderr)
    } catch (error) {
      if (!(error instanceof ProcessError)) throw error
      throw new ServicesError('unsupported', `layer: ${error.message}`, { cause: error })
    }
  }
}

async function* unpacked(path: string, packing: LayerPacking): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 })
  const through = { tar: undefined, gzip: createGunzip, zstd: createZstdDecompress }[packing]?.()
  if (through === undefined) return yield* file
  file.once('error', (error) => through.destroy(error))
  yield* file.pipe(through)
}

async function orRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const zlib = error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code))
    if (!zlib && !(error instanceof TrustError)) throw error
    throw new ServicesError('invalid', `layer: ${error.message}`, { cause: error })
  }
}

function unpackError(said: string): ServicesError {
  const why = said.trim().split('\n').at(-1) ?? ''
  const full = /No space left|quota exceeded|Wrote only/i.test(said)
  return new ServicesError(full ? 'no_space' : 'invalid', `layer: it could not be unpacked: ${why}`)
}

function* batches(paths: readonly string[]): Generator<readonly string[]> {
  const each = 200
  for (let at = 0; at < paths.length; at += each) yield paths.slice(at, at + each)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isDiskError(error, 'ENOENT')) return false
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder)
  await handle.sync()
}
