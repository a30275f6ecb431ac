import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Descriptor,
  decodeIndex,
  decodeIndexOrManifest,
  decodeItemConfig,
  decodeManifest,
  encodeIndex,
  encodeItemConfig,
  encodeManifest,
  type IndexEntry,
  type ItemConfig,
  isAttestation,
  type Manifest,
  mediaTypes,
} from '@windlass/wire/oci'
import { CliError } from '../cli-error.ts'

/** One blob of an item, in memory or in a file. */
export type Content = { digest: string; size: number } & ({ bytes: Uint8Array } | { path: string })

/** All blobs of an item, what others point to first; the index is the last. */
export interface ItemContent {
  indexDigest: string
  blobs: readonly Content[]
}

/** The image in an OCI layout folder, with its item configuration where one is given. @throws CliError `data` */
export async function contentOfLayout(folder: string, itemConfig: ItemConfig | undefined): Promise<ItemContent> {
  const top = decodeIndex(await readFile(join(folder, 'index.json')))
  const entries = (await Promise.all(top.entries.map((entry) => manifestsOf(folder, entry)))).flat()
  if (entries.length === 0) throw new CliError('data', `${folder}: expected an image in the layout, got none`)
  const blobs: Content[] = []
  const put = (bytes: Uint8Array, mediaType: string): Descriptor => {
    const digest = digestOf(bytes)
    blobs.push({ digest, size: bytes.length, bytes })
    return { digest, size: bytes.length, mediaType }
  }
  const described = itemConfig && put(Buffer.from(encodeItemConfig(itemConfig)), mediaTypes.itemConfig)
  const kept: IndexEntry[] = []
  for (const entry of entries) {
    const bytes = await readFile(blobPath(folder, entry.digest))
    const manifest = decodeManifest(bytes)
    for (const part of partsOf(manifest)) blobs.push({ ...part, path: blobPath(folder, part.digest) })
    const whole = described ? Buffer.from(encodeManifest({ ...manifest, itemConfig: described })) : bytes
    kept.push({ ...entry, ...put(whole, mediaTypes.manifest) })
  }
  const index = put(Buffer.from(encodeIndex({ entries: kept })), mediaTypes.index)
  return { indexDigest: index.digest, blobs: distinct(blobs) }
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

async function manifestsOf(folder: string, entry: IndexEntry): Promise<IndexEntry[]> {
  if (isAttestation(entry)) return []
  const found = decodeIndexOrManifest(await readFile(blobPath(folder, entry.digest)))
  return found.kind === 'manifest' ? [entry] : found.index.entries.filter((inner) => !isAttestation(inner))
}

function partsOf({ config, itemConfig, layers }: Manifest): { digest: string; size: number }[] {
  return [config, ...(itemConfig ? [itemConfig] : []), ...layers].map(({ digest, size }) => ({ digest, size }))
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

function distinct(blobs: readonly Content[]): Content[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
}
