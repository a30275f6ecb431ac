import { createCipheriv, createHash } from 'node:crypto'
import type { BlobSource, DesiredItem, ItemStatus, UnitAlert } from '@windlass/model/unit'
import { byteRange, createLog, type Files, type HttpHandler } from '@windlass/platform'
import { type Database, openDatabase } from '@windlass/platform/database'
import { FakeClock, FakeFiles, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import type { Platform } from '@windlass/wire/oci'
import type { Trust } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { UnitImages } from './images.ts'
import { defaultLimits, type FetchLimits } from './limits.ts'
import { cloudOrigin } from './origins/cloud.ts'
import type { SampleItem } from './sample-item.ts'
import { certificate } from './sample-trust.ts'

export const folder = '/var/unit/images'
const cdn = 'http://cdn.test'

/** A cloud with blobs on a content server, and a unit that keeps images, on a disk and a clock of their own. */
export class Scene {
  readonly files: FakeFiles
  readonly clock = new FakeClock({ auto: true })
  readonly http: FakeHttp
  readonly db: Database
  /** What was asked of the cloud, in order. */
  readonly asked: string[] = []
  /** Paths that were asked of the content server, and from which byte on. */
  readonly served: { digest: string; range: string | undefined }[] = []
  readonly alerts: Extract<UnitAlert, { kind: 'download' }>[] = []
  readonly told: string[] = []
  readonly sources = new Map<string, BlobSource>()
  readonly content = new Map<string, Buffer>()
  /** Bodies that come otherwise than at once. */
  readonly slow = new Map<string, AsyncIterable<Uint8Array>>()
  connected = true
  /** How often the cloud stays silent from now on. */
  silences = 0
  /** Happens when a blob is asked of the content server. */
  onServe: (digest: string) => void = () => undefined
  /** Happens when the cloud is asked. */
  onAsk: () => void = () => undefined
  fits: (platform: Platform) => boolean = () => true
  readonly #limits: FetchLimits

  constructor(options: { files?: FakeFiles; limits?: Partial<FetchLimits>; db?: Database } = {}) {
    this.files = options.files ?? new FakeFiles()
    this.http = new FakeHttp({ [cdn]: this.#serve }, this.clock)
    this.db = options.db ?? openDatabase(':memory:')
    this.#limits = { ...defaultLimits, ...options.limits }
  }

  /** A unit that has just been started. */
  async start(files: Files = this.files): Promise<UnitImages> {
    const origin = cloudOrigin(this.#cloud, { http: this.http, files }, defaultLimits)
    const images = await UnitImages.open(
      {
        files,
        db: this.db,
        time: { ms: () => this.clock.uptime() },
        clock: this.clock,
        random: new SeededRandom(1),
        log: createLog([], () => 0),
        alert: (alert) => {
          if (alert.kind === 'download') this.alerts.push(alert)
        },
        origin: () => origin,
        roots: async () => [certificate('root')],
        fits: (platform) => this.fits(platform),
      },
      { folder, blobServer: 'http://main:8094', limits: this.#limits },
    )
    images.watch((items) => this.told.push(...items.map(said)))
    return images
  }

  /** Puts an item's blobs on the content server, as they are. */
  publish({ item, blobs }: SampleItem): DesiredItem {
    for (const [digest, bytes] of blobs) this.serve(digest, bytes)
    return item
  }

  /** One blob's file as it travels, and what the cloud says of it. */
  serve(digest: string, bytes: Buffer, more: Partial<BlobSource> = {}): void {
    this.content.set(digest, bytes)
    const sha3 = createHash('sha3-256').update(bytes).digest()
    this.sources.set(digest, { digest, urls: [`${cdn}/${digest}?key=secret`], sha3, size: bytes.length, ...more })
  }

  /** The same, encrypted. */
  serveEncrypted(digest: string, clear: Buffer, more: Partial<BlobSource> = {}): void {
    const [key, iv] = [Buffer.alloc(32, 1), Buffer.alloc(16, 2)]
    const cipher = createCipheriv('aes-256-cbc', key, iv)
    const bytes = Buffer.concat([cipher.update(clear), cipher.final()])
    this.serve(digest, bytes, { decryption: { algorithm: 'AES256/CBC/pkcs7', key, iv }, ...more })
  }

  #serve: HttpHandler = async ({ path, headers }) => {
    const digest = path.slice(1)
    this.onServe(digest)
    const bytes = this.content.get(digest)
    this.served.push({ digest, range: headers['range'] })
    if (!bytes) return { status: 404 }
    const range = byteRange(headers['range'], bytes.length)
    if (range === 'beyond') return { status: 416 }
    if (!range) return { status: 200, body: this.slow.get(digest) ?? bytes }
    const { first, last } = range
    const where = { 'content-range': `bytes ${first}-${last}/${bytes.length}` }
    return { status: 206, headers: where, body: bytes.subarray(first, last + 1) }
  }

  readonly #cloud = {
    connected: () => this.connected,
    watch: () => () => undefined,
    blobSources: async (digests: readonly string[], stop: AbortSignal) => {
      this.asked.push(...digests)
      this.onAsk()
      if (this.silences > 0) {
        this.silences -= 1
        await this.clock.sleep(10_000, stop)
        throw new UnitError('cloud_silent', 'expected an answer within 10 s, got none')
      }
      return digests.flatMap((digest) => this.sources.get(digest) ?? [])
    },
  }
}

export const noTrust: Trust = { certificates: [], chains: [] }
export const never = new AbortController().signal

export function said({ itemId, version, state }: ItemStatus): string {
  return `${itemId} ${version} ${state}`
}
