import { createReadStream } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path/posix'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import {
  createLog,
  type HttpHandler,
  listen,
  nodeFiles,
  nodeHttp,
  nodeProcesses,
  systemClock,
  systemRandom,
} from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import { decodeIndex, type LayerPacking } from '@windlass/wire/oci'
import { describe, expect, it } from 'vitest'
import { instanceOrder } from '../instances/sample-instances.ts'
import { BlobStore } from './blob-store.ts'
import { DiskLayers } from './disk-layers.ts'
import { memoryImageRecords } from './image-records.ts'
import { ImageStore } from './image-store.ts'
import { type SampleEntry, tarOf } from './sample-tar.ts'

const processes = nodeProcesses()
const never = new AbortController().signal

async function store() {
  const folder = await mkdtemp(join(tmpdir(), 'layers-'))
  const layers = new DiskLayers(join(folder, 'layers'), processes)
  const unpack = async (tar: Buffer, packing: LayerPacking = 'tar') => {
    const packed = { tar, gzip: gzipSync(tar), zstd: zstdCompressSync(tar) }[packing]
    const path = join(folder, 'packed')
    await writeFile(path, packed)
    const diffId = `sha256:${sha256Of(tar)}`
    await layers.unpack({ path, packing, diffId }, never)
    return layers.folder(diffId)
  }
  return { folder, layers, unpack, close: () => rm(folder, { recursive: true, force: true }) }
}

const small: readonly SampleEntry[] = [
  { name: 'etc/', type: '5', mode: 0o755 },
  { name: 'etc/hosts', data: 'some hosts' },
  { name: 'etc/link', type: '2', linkname: '/etc/passwd' },
  { name: 'su', data: 'x', mode: 0o4755 },
  { name: 'etc/.wh.gone' },
  { name: 'var/', type: '5', mode: 0o755 },
  { name: 'var/.wh..wh..opq' },
]

describe('unpacking a layer', () => {
  for (const packing of ['tar', 'gzip', 'zstd'] as const) {
    it(`packed as ${packing} gives its files and its whiteouts as overlayfs wants them`, async () => {
      const { unpack, close } = await store()
      const folder = await unpack(tarOf(small), packing)
      expect(await readFile(join(folder, 'etc/hosts'), 'utf8')).toBe('some hosts')
      expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(
        ['etc', 'etc/gone', 'etc/hosts', 'etc/link', 'su', 'var'].toSorted(),
      )
      const gone = await lstat(join(folder, 'etc/gone'))
      expect([gone.isCharacterDevice(), gone.rdev]).toEqual([true, 0])
      const said = await processes.run({
        command: 'getfattr',
        args: ['-n', 'trusted.overlay.opaque', join(folder, 'var')],
      })
      expect(said.stdout).toContain('trusted.overlay.opaque="y"')
      await close()
    })
  }

  it('of other bytes than its diff id says leaves nothing', async () => {
    const { folder, layers, close } = await store()
    await writeFile(join(folder, 'packed'), tarOf(small))
    const diffId = `sha256:${sha256Of('other')}`
    const work = layers.unpack({ path: join(folder, 'packed'), packing: 'tar', diffId }, never)
    await expect(work).rejects.toMatchObject({ code: 'checksum' })
    expect(await layers.list()).toEqual([])
    await close()
  })

  it('of a hostile archive writes nothing anywhere', async () => {
    const { folder, unpack, layers, close } = await store()
    const hostile = tarOf([
      { name: 'a', type: '2', linkname: folder },
      { name: 'a/escaped', data: 'x' },
    ])
    await expect(unpack(hostile)).rejects.toMatchObject({ code: 'invalid' })
    expect(await readdir(folder)).toEqual(['packed'])
    expect(await layers.list()).toEqual([])
    await close()
  })

  it('of what is no archive says so', async () => {
    const { folder, unpack, layers, close } = await store()
    await expect(unpack(Buffer.from('nonsense'.repeat(200)))).rejects.toMatchObject({ code: 'invalid' })
    await writeFile(join(folder, 'packed'), 'no gzip')
    const layer = { path: join(folder, 'packed'), packing: 'gzip', diffId: `sha256:${sha256Of('')}` } as const
    await expect(layers.unpack(layer, never)).rejects.toMatchObject({ code: 'invalid' })
    await close()
  })

  it('on a full disk says no_space and leaves nothing', async () => {
    const { folder, close } = await store()
    const small = join(folder, 'small')
    await mkdir(small)
    await processes.run({ command: 'mount', args: ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small] })
    const layers = new DiskLayers(join(small, 'layers'), processes)
    const tar = tarOf([{ name: 'big', data: 'x'.repeat(200_000) }])
    await writeFile(join(folder, 'packed'), tar)
    const layer = { path: join(folder, 'packed'), packing: 'tar', diffId: `sha256:${sha256Of(tar)}` } as const
    await expect(layers.unpack(layer, never)).rejects.toMatchObject({ code: 'no_space' })
    expect(await layers.list()).toEqual([])
    await processes.run({ command: 'umount', args: [small] })
    await close()
  })

  it('that was cut off by a power loss begins anew', async () => {
    const { layers, unpack, close } = await store()
    const diffId = `sha256:${sha256Of(tarOf(small))}`
    await mkdir(`${layers.folder(diffId)}.new/half`, { recursive: true })
    const folder = await unpack(tarOf(small))
    expect(await readdir(folder)).not.toContain('half')
    await close()
  })
})

describe('an unpacked layer', () => {
  it('of which the disk changed a bit, a name or a mode is not intact; it is let go, and unpacked again', async () => {
    const { layers, unpack, close } = await store()
    const diffId = `sha256:${sha256Of(tarOf(small))}`
    const folder = await unpack(tarOf(small))
    expect(await layers.intact(diffId)).toBe(true)
    const damages: readonly (() => Promise<unknown>)[] = [
      () => writeFile(join(folder, 'etc/hosts'), 'some hostr'),
      () => rm(join(folder, 'etc/hosts')),
      () => chmod(join(folder, 'su'), 0o755),
      () => rm(join(folder, 'etc'), { recursive: true }),
    ]
    for (const damage of damages) {
      await damage()
      expect(await layers.intact(diffId)).toBe(false)
      await layers.discard(diffId)
      expect([await layers.has(diffId), await layers.list()]).toEqual([false, []])
      await unpack(tarOf(small))
      expect(await layers.intact(diffId)).toBe(true)
    }
    await layers.remove(diffId)
    expect(await readdir(dirname(folder))).toEqual([])
    await close()
  })

  it('of an earlier Windlass, which wrote no digest down, is taken as it is', async () => {
    const { layers, unpack, close } = await store()
    const folder = await unpack(tarOf(small))
    await rm(`${folder}.tree`)
    expect(await layers.intact(`sha256:${sha256Of(tarOf(small))}`)).toBe(true)
    await close()
  })
})

describe('an image that umoci made and skopeo copied', () => {
  it('is fetched from a unit and unpacked, changes of its second layer included', async () => {
    const { folder, layers, close } = await store()
    const layout = join(folder, 'layout')
    const script = `set -e
cd "$1"
umoci init --layout made && umoci new --image made:v1
umoci unpack --image made:v1 bundle
mkdir -p bundle/rootfs/etc bundle/rootfs/old && echo one > bundle/rootfs/etc/a && echo x > bundle/rootfs/old/x
umoci repack --image made:v1 bundle
rm -r bundle && umoci unpack --image made:v1 bundle
rm -r bundle/rootfs/old && echo two > bundle/rootfs/etc/b
umoci repack --image made:v1 bundle
umoci config --image made:v1 --config.entrypoint /bin/app
skopeo copy -q oci:made:v1 oci:layout:v1`
    const made = await processes.run({ command: 'sh', args: ['-c', script, 'sh', folder] })
    expect(made.stderr.includes('rror'), made.stderr).toBe(false)
    const index = decodeIndex(await readFile(join(layout, 'index.json')))
    const manifestDigest = index.entries[0]?.digest ?? ''
    const serve: HttpHandler = (request) =>
      Promise.resolve({ status: 200, body: createReadStream(join(layout, request.path)) })
    const server = await listen(serve, { host: '127.0.0.1', port: 0 })
    const askUrls = (digests: readonly string[]) =>
      Promise.resolve(digests.map((digest) => `http://127.0.0.1:${server.port}/blobs/${digest.replace(':', '/')}`))
    const ports = { files: nodeFiles, http: nodeHttp(), clock: systemClock, random: systemRandom }
    const blobs = new BlobStore(ports, join(folder, 'blobs'))
    const log = createLog([], () => 0)
    const images = new ImageStore(
      { ...ports, blobs, layers, records: memoryImageRecords(), askUrls, log, time: { ms: () => 0 } },
      folder,
    )
    await images.load()
    await images.fetch(instanceOrder('app', { manifestDigest }), never)
    const { config, layers: folders } = await images.open(manifestDigest)
    expect(config.entrypoint).toEqual(['/bin/app'])
    expect(await readdir(join(folders[0] ?? '', 'etc'))).toEqual(['a'])
    expect(await readdir(join(folders[1] ?? '', 'etc'))).toEqual(['b'])
    expect((await lstat(join(folders[1] ?? '', 'old'))).isCharacterDevice()).toBe(true)
    await server.close()
    await close()
  })
})
