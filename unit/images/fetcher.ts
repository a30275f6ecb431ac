import type { X509Certificate } from 'node:crypto'
import { type BlobOffer, type BlobOrigin, OriginError } from '@windlass/images'
import type { UnitAlert } from '@windlass/model/unit'
import { backoff, type Clock, HttpError, type Log, type Random } from '@windlass/platform'
import { mostDocumentBytes } from '@windlass/wire/oci'
import type { Trust } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { admit } from './admit.ts'
import { BlobError } from './blob-error.ts'
import type { BlobStore } from './blob-store.ts'
import { DownloadAlerts } from './download-alerts.ts'
import type { FetchLimits } from './limits.ts'
import { PartFile } from './part-file.ts'
import { type Length, mostOf, pour } from './pour.ts'
import { createSignatureCheck } from './signature.ts'
import type { Reservation, Space } from './space.ts'

/** A blob that is not here. `size` of the clear blob, where somebody said; without it, it has to be a small one. */
export interface WantedBlob {
  digest: string
  size?: number
}

export interface FetchPorts {
  clock: Clock
  random: Random
  log: Log
  alert: (alert: UnitAlert) => void
}

/** Whom to ask for blobs, and whom to believe. */
export interface FetchTerms {
  origin: BlobOrigin
  trust: Trust
  roots: readonly X509Certificate[]
}

/** The most bytes that were ever held: what is fetched again, because a server starts over, is no new ground. */
interface Ground {
  reached: number
}

/** Brings single blobs into the store. */
export class Fetcher {
  readonly #store: BlobStore
  readonly #space: Space
  readonly #ports: FetchPorts
  readonly #limits: FetchLimits
  constructor(store: BlobStore, space: Space, ports: FetchPorts, limits: FetchLimits) {
    this.#store = store
    this.#space = space
    this.#ports = ports
    this.#limits = limits
  }

  /**
   * Fetches, checks and admits. Goes on from the bytes of an earlier run; asks anew where the blob is after each failure,
   * as addresses grow old; gives up after so many rounds without new bytes.
   * @throws BlobError; UnitError `cloud_silent`, `no_space`; the reason of `stop`, which leaves the bytes that came
   */
  async fetch(wanted: WantedBlob, terms: FetchTerms, stop: AbortSignal): Promise<void> {
    const { backOff, rounds, progressBytes } = this.#limits
    const ground: Ground = { reached: 0 }
    let before = 0
    for (let failed = 1; ; failed += 1) {
      try {
        return await this.#round(wanted, terms, ground, stop)
      } catch (error) {
        stop.throwIfAborted()
        if (!mayPass(error)) throw error
        if (ground.reached - before >= progressBytes) {
          before = ground.reached
          failed = 1
        }
        if (failed >= rounds) throw error
        const waitMs = Math.round(backoff(backOff, failed, this.#ports.random))
        const why = error instanceof Error ? error.message : String(error)
        this.#ports.log.warning('blob not fetched yet', { digest: wanted.digest, why, attempt: failed, waitMs })
        await this.#ports.clock.sleep(waitMs, stop)
      }
    }
  }

  async #round(wanted: WantedBlob, terms: FetchTerms, ground: Ground, stop: AbortSignal): Promise<void> {
    const { digest, size } = wanted
    const [offer] = await terms.origin.sources([digest], stop)
    if (offer?.digest !== digest) throw new BlobError('absent', `${digest}: expected somebody to have it, found nobody`)
    const signature = offer.signature && createSignatureCheck(offer.signature, terms.trust, terms.roots)
    const length = lengthOf(offer, size)
    const room = await this.#download(offer, length, ground, stop)
    try {
      await admit(this.#store, { offer, size, signature }, (bytes) => room.used(bytes), stop)
    } finally {
      room.release()
    }
  }

  /** Returns the room that is still promised, for the clear file. */
  async #download(offer: BlobOffer, length: Length, ground: Ground, stop: AbortSignal): Promise<Reservation> {
    const part = await PartFile.open(this.#store.files, this.#store.partPath(offer.digest), this.#limits.syncEveryBytes)
    let room: Reservation | undefined
    try {
      const most = mostOf(length)
      if (part.length > most || !('exactly' in length)) await part.empty()
      room = await this.#space.reserve(most - part.length + (offer.decryption ? most : 0), stop)
      if (part.length < most) await this.#fromPlaces(offer, part, length, room, ground, stop)
      return room
    } catch (error) {
      room?.release()
      throw error
    } finally {
      await part.close()
    }
  }

  async #fromPlaces(
    { digest, places }: BlobOffer,
    part: PartFile,
    length: Length,
    room: Reservation,
    ground: Ground,
    stop: AbortSignal,
  ): Promise<void> {
    const ports = { tell: this.#ports.alert, clock: this.#ports.clock }
    const alerts = new DownloadAlerts(ports, this.#limits.alertEveryMs, { digest, total: mostOf(length) })
    const told = (bytes: number) => {
      room.used(bytes)
      ground.reached = Math.max(ground.reached, part.length)
      alerts.going(part.length)
    }
    let last: unknown = new BlobError('absent', `${digest}: expected a place to fetch it from, got none`)
    for (const place of places) {
      alerts.started(place.name, part.length)
      try {
        await pour(place, part, length, told, stop)
        return alerts.finished(part.length)
      } catch (error) {
        alerts.interrupted(part.length, error)
        if (!(error instanceof BlobError)) throw error
        last = error
      }
    }
    throw last
  }
}

function lengthOf({ digest, size, decryption }: BlobOffer, clearSize: number | undefined): Length {
  const exactly = size ?? (decryption ? undefined : clearSize)
  const atMost = (clearSize ?? mostDocumentBytes) + mostAddedBytes
  if (exactly === undefined) return { atMost }
  if (exactly <= atMost) return { exactly }
  throw new BlobError('document', `${digest}: expected at most ${atMost} bytes, got ${exactly} announced`)
}

/** What encryption adds at most: a block of padding, or a tag. */
const mostAddedBytes = 32

/** Whether another round may help. */
function mayPass(error: unknown): boolean {
  if (error instanceof BlobError) return error.code === 'transport' || error.code === 'damaged'
  if (error instanceof HttpError || error instanceof OriginError) return true
  return error instanceof UnitError && error.code === 'cloud_silent'
}
