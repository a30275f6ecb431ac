import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar } from '../images/tar.ts'

const architecture = arch() === 'x64' ? 'amd64' : arch()

/** An OCI image in memory: its index, and its blobs by digest. */
export interface ServiceImage {
  index: Buffer
  blobs: ReadonlyMap<string, Buffer>
}

/**
 * What a service does: `args` follow `/app/run` on its command line; `health`: the words of Docker's `HEALTHCHECK`; `ports` are
 * exposed; `item`: AosCore's item configuration.
 */
export interface Service {
  script: string
  args?: readonly string[]
  health?: object
  ports?: readonly string[]
  item?: object
}

/** A layer that many images share: its bytes as they are kept, and the digest of the tar in it. */
export interface Layer {
  bytes: Buffer
  diffId: string
}

/**
 * An OCI layout with one small service, as docker, buildah or umoci would leave it: a shell script, and a static busybox
 * where one is to be had, for runtimes that give a service a root of its own. `sick`: it ends soon after it started.
 */
export async function makeServiceImage(
  folder: string,
  name: string,
  version: string,
  { sick }: { sick: boolean },
): Promise<void> {
  const work = sick ? 'echo "no sensor found" >&2\nexit 3' : 'while :; do sleep 5; done'
  const image = serviceImage({ script: `echo "${name} ${version} at work"\n${work}` }, await shellLayer())
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
  for (const [digest, bytes] of image.blobs) await writeFile(join(folder, 'blobs', ...digest.split(':')), bytes)
  await writeFile(join(folder, 'index.json'), image.index)
  await writeFile(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
}

/** An image of one script on top of a layer with a shell. */
export function serviceImage({ script, args = [], health, ports, item }: Service, shell: Layer): ServiceImage {
  const blobs = new Map<string, Buffer>()
  const put = (bytes: Buffer, mediaType: string) => {
    blobs.set(digestOf(bytes), bytes)
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  const layers = [shell, layerOf(new Map([['app/run', Buffer.from(`#!/bin/sh\n${script}\n`)]]))]
  const config = put(
    json({
      architecture,
      os: 'linux',
      config: {
        Entrypoint: ['/app/run', ...args],
        ...(health && { Healthcheck: health }),
        ...(ports && { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) }),
      },
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    }),
    'application/vnd.oci.image.config.v1+json',
  )
  const kept = layers.map(({ bytes }) => put(bytes, 'application/vnd.oci.image.layer.v1.tar+gzip'))
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const own = item && { aosItemConfig: put(json(item), 'application/vnd.aos.service.config.v1+json') }
  const manifest = put(json({ schemaVersion: 2, mediaType: type, config, layers: kept, ...own }), type)
  const index = json({ schemaVersion: 2, manifests: [{ ...manifest, platform: { architecture, os: 'linux' } }] })
  return { index, blobs }
}

export async function shellLayer(more: readonly string[] = []): Promise<Layer> {
  const busybox = await readFile('/bin/busybox').catch(() => undefined)
  return layerOf(new Map(busybox ? ['sh', 'sleep', ...more].map((program) => [`bin/${program}`, busybox]) : []))
}

function layerOf(tree: ReadonlyMap<string, Uint8Array>): Layer {
  const tar = packTar(tree, 0o755)
  return { bytes: gzipSync(tar), diffId: digestOf(tar) }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value))
}
