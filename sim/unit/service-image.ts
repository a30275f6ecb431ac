import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar } from '../images/tar.ts'

const architecture = arch() === 'x64' ? 'amd64' : arch()

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
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (bytes: Buffer, mediaType: string) => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(blobs, hex), bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const tar = packTar(await files(name, version, sick), 0o755)
  const layer = await put(gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar+gzip')
  const config = await put(
    json({
      architecture,
      os: 'linux',
      config: { Entrypoint: ['/app/run'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(tar).digest('hex')}`] },
    }),
    'application/vnd.oci.image.config.v1+json',
  )
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = await put(json({ schemaVersion: 2, mediaType: type, config, layers: [layer] }), type)
  await writeFile(
    join(folder, 'index.json'),
    json({ schemaVersion: 2, manifests: [{ ...manifest, platform: { architecture, os: 'linux' } }] }),
  )
  await writeFile(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
}

async function files(name: string, version: string, sick: boolean): Promise<Map<string, Uint8Array>> {
  const work = sick ? 'echo "no sensor found" >&2\nexit 3' : 'while :; do sleep 5; done'
  const tree = new Map<string, Uint8Array>([
    ['app/run', Buffer.from(`#!/bin/sh\necho "${name} ${version} at work"\n${work}\n`)],
  ])
  const busybox = await readFile('/bin/busybox').catch(() => undefined)
  if (busybox) for (const program of ['sh', 'sleep']) tree.set(`bin/${program}`, busybox)
  return tree
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value))
}
