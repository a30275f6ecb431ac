import type { InstanceOrder } from '@windlass/model/unit'
import type { HttpHandler } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import {
  defaultItemConfig,
  encodeImageConfig,
  encodeItemConfig,
  encodeManifest,
  type ImageConfig,
  type ItemConfig,
  mediaTypes,
} from '@windlass/wire/oci'
import { instanceOrder } from '../instances/sample-instances.ts'
import type { AskUrls } from './image-store.ts'

export interface SampleLayer {
  /** The packed bytes. */
  bytes: Uint8Array
  /** Of the unpacked ones; by default they are not packed. */
  diffId?: string
  mediaType?: string
}

/** A unit that has images: what it gives out, and where. For tests. */
export class SampleUnit {
  readonly blobs = new Map<string, Uint8Array>()
  /** How often each blob was asked for. */
  readonly asked: string[] = []

  /** Puts an image there; returns its manifest's digest. */
  add(layers: readonly SampleLayer[], config: Partial<ImageConfig> = {}, item: Partial<ItemConfig> = {}): string {
    const image = {
      platform: { architecture: 'amd64', os: 'linux', osFeatures: [] },
      exposedPorts: [],
      env: [],
      entrypoint: [],
      cmd: ['/bin/sh'],
      workingDir: '',
      user: '',
      diffIds: layers.map(({ bytes, diffId }) => diffId ?? `sha256:${sha256Of(bytes)}`),
      ...config,
    }
    const manifest = {
      config: this.#blob(mediaTypes.config, encodeImageConfig(image)),
      itemConfig: this.#blob(mediaTypes.itemConfig, encodeItemConfig({ ...defaultItemConfig, ...item })),
      layers: layers.map(({ bytes, mediaType = mediaTypes.layer }) => this.#blob(mediaType, bytes)),
      annotations: {},
    }
    return this.#blob(mediaTypes.manifest, encodeManifest(manifest)).digest
  }

  /** An image of one small layer, and the order to run it. */
  order(itemId: string, version = '1.0.0'): InstanceOrder {
    const manifestDigest = this.add([{ bytes: new TextEncoder().encode(`${itemId} ${version}`) }], {
      env: [`ITEM=${itemId}`],
    })
    return instanceOrder(itemId, { version, manifestDigest })
  }

  readonly askUrls: AskUrls = (digests) =>
    Promise.resolve(digests.map((digest) => `http://unit.test/blobs/sha256/${digest.slice(7)}`))

  readonly serve: HttpHandler = (request) => {
    const digest = `sha256:${request.path.split('/').at(-1)}`
    this.asked.push(digest)
    const bytes = this.blobs.get(digest)
    if (!bytes) return Promise.resolve({ status: 404 })
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers['range'] ?? '')?.[1] ?? 0)
    if (from === 0) return Promise.resolve({ status: 200, body: bytes })
    const headers = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
    return Promise.resolve({ status: 206, headers, body: bytes.subarray(from) })
  }

  #blob(mediaType: string, content: string | Uint8Array): { mediaType: string; digest: string; size: number } {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const digest = `sha256:${sha256Of(bytes)}`
    this.blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
}
