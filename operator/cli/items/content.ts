import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { imageContent, type Wish } from '@windlass/images'
import {
  type Descriptor,
  decodeItemConfig,
  encodeIndex,
  encodeItemConfig,
  encodeManifest,
  mediaTypes,
} from '@windlass/wire/oci'
import { smallFile } from '../small-file.ts'

/** One blob of an item, in memory or in a file. */
export type Content = { digest: string; size: number } & ({ bytes: Uint8Array } | { path: string })

/** All blobs of an item, what others point to first; the index is the last. */
export interface ItemContent {
  indexDigest: string
  blobs: readonly Content[]
}

/** The image in an OCI layout folder, or what is wished of it. @throws OriginError `absent`, `unfit`; WireError */
export async function contentOfLayout(folder: string, wish: Wish): Promise<ItemContent> {
  const root = await smallFile(join(folder, 'index.json'))
  const read = ({ digest }: { digest: string }) => smallFile(blobPath(folder, digest))
  const { indexDigest, parts, documents } = await imageContent(root, read, wish)
  const files = parts.map(({ digest, size }) => ({ digest, size, path: blobPath(folder, digest) }))
  const texts = documents.map(({ digest, bytes }) => ({ digest, size: bytes.length, bytes }))
  return { indexDigest, blobs: [...files, ...texts] }
}

/** A component: one file, for update managers or runtimes of the type `runtime`. */
export async function contentOfComponent(
  path: string,
  runtime: string,
  annotations: Readonly<Record<string, string>>,
): Promise<ItemContent> {
  const { size } = await stat(path)
  const image: Descriptor = { mediaType: await imageType(path), digest: await digestOfFile(path), size }
  const inMemory = (text: string, mediaType: string) => {
    const bytes = Buffer.from(text)
    return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } }
  }
  const config = inMemory('{}', mediaTypes.empty)
  const item = inMemory(
    encodeItemConfig(decodeItemConfig(Buffer.from(JSON.stringify({ runtimes: [{ codename: runtime }] })))),
    mediaTypes.itemConfig,
  )
  const parts = { config: config.descriptor, itemConfig: item.descriptor, layers: [image], annotations }
  const manifest = inMemory(encodeManifest(parts), mediaTypes.manifest)
  const index = inMemory(encodeIndex({ entries: [{ ...manifest.descriptor, annotations: {} }] }), mediaTypes.index)
  const texts = [config, item, manifest, index].map(({ bytes, descriptor: { digest, size: length } }) => ({
    digest,
    size: length,
    bytes,
  }))
  return { indexDigest: index.descriptor.digest, blobs: [{ digest: image.digest, size, path }, ...texts] }
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', ...digest.split(':'))
}

/** A package for update managers, a compressed image or a squashfs; told apart by how they begin. */
async function imageType(path: string): Promise<string> {
  for await (const chunk of createReadStream(path, { end: 3 })) {
    const start = (chunk as Buffer).toString('latin1')
    if (start === 'hsqs') return mediaTypes.componentFullSquashfs
    if (start.startsWith('\x1f\x8b')) return mediaTypes.componentFullGzip
  }
  return mediaTypes.componentPackage
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer)
  return `sha256:${hash.digest('hex')}`
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
