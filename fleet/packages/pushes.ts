import { createHmac, timingSafeEqual } from 'node:crypto'
import { distinctObjects, isSha256, type PackageObject, type Sha256 } from '@windlass/model'
import type { Random } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import { decodeMetadata } from '@windlass/wire/updatehub'
import { FleetError } from '../fleet-error.ts'
import type { KeptPackage } from '../store/records.ts'
import type { Rules } from './examine.ts'
import type { Shelf } from './shelf.ts'

/** Where the objects of packages lie that come piece by piece. Emptied when the fleet starts. */
export interface PushFiles {
  has(uid: string, object: Sha256): Promise<boolean>
  /** @throws FleetError `upload_too_large`, `upload_cut`, `no_space` */
  put(uid: string, object: Sha256, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void>
  /** The package made of its pieces. @throws FleetError `object_mismatch` */
  pack(content: PushedPackage): Promise<AsyncIterable<Uint8Array>>
  discard(uid: string): Promise<void>
}

export interface PushedPackage {
  uid: string
  metadata: Uint8Array
  signature: string
  objects: readonly PackageObject[]
}

export interface PushPorts {
  shelf: Shelf
  files: PushFiles
  random: Random
}

const mostOpen = 16

/**
 * Packages on their way in as UpdateHub's packager sends them (updatehub.md 6.6): metadata, each object, an end. Nothing is
 * seen of them before the end, where they are examined like any other upload. They are forgotten when the fleet stops, and
 * when sixteen others were begun since: then the packager is told that there is no such package, and begins anew.
 */
export class Pushes {
  readonly #ports: PushPorts
  readonly #rules: Pick<Rules, 'checkMetadata'> & { maxUploadBytes: number }
  readonly #key: Uint8Array
  readonly #open = new Map<string, PushedPackage>()

  constructor(ports: PushPorts, rules: Pick<Rules, 'checkMetadata'> & { maxUploadBytes: number }) {
    this.#ports = ports
    this.#rules = rules
    this.#key = ports.random.bytes(32)
  }

  /** Returns the package's uid. @throws FleetError `metadata_invalid`, `upload_too_large` */
  async begin(metadata: Uint8Array, signature: string): Promise<string> {
    const errors = this.#rules.checkMetadata(metadata)
    if (errors.length > 0)
      throw new FleetError('metadata_invalid', `expected metadata by UpdateHub's schema: ${errors[0]}`, { errors })
    const { sets } = decodeMetadata(metadata)
    const objects = distinctObjects([...sets.a, ...sets.b])
    const { maxUploadBytes } = this.#rules
    if (objects.reduce((sum, { size }) => sum + size, 0) > maxUploadBytes)
      throw new FleetError('upload_too_large', `expected objects of at most ${maxUploadBytes} bytes together`)
    const uid = sha256Of(metadata)
    this.#open.delete(uid)
    this.#open.set(uid, { uid, metadata, signature, objects })
    for (const oldest of this.#open.keys()) if (this.#open.size > mostOpen) await this.#forget(oldest)
    return uid
  }

  isOpen(uid: string): boolean {
    return this.#open.has(uid)
  }

  /** A ticket for one object, or undefined when it is there already. @throws FleetError `package_unknown`, `object_mismatch` */
  async ticket(uid: string, object: string): Promise<string | undefined> {
    const { sha256sum } = this.#objectOf(uid, object)
    return (await this.#ports.files.has(uid, sha256sum)) ? undefined : this.#sealOf(uid, object)
  }

  /** Takes an object from whoever has the ticket. @throws FleetError `token_wrong`, and as `ticket` and `put` */
  async put(uid: string, object: string, ticket: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const right = Buffer.from(this.#sealOf(uid, object))
    const given = Buffer.from(ticket)
    if (given.length !== right.length || !timingSafeEqual(given, right))
      throw new FleetError('token_wrong', 'expected the address as it was given for this object')
    const { sha256sum, size } = this.#objectOf(uid, object)
    await this.#ports.files.put(uid, sha256sum, body, size)
  }

  /** Examines the whole and keeps it. @throws FleetError of what is wrong; the push stays open, to be mended */
  async finish(uid: string): Promise<KeptPackage> {
    const push = this.#pushOf(uid)
    for (const { sha256sum } of push.objects) {
      if (await this.#ports.files.has(uid, sha256sum)) continue
      throw new FleetError(
        'archive_entry_missing',
        `expected all objects to be sent before the end, missing ${sha256sum}`,
      )
    }
    const kept = await this.#ports.shelf.receive(await this.#ports.files.pack(push))
    await this.#forget(uid)
    return kept
  }

  async #forget(uid: string): Promise<void> {
    this.#open.delete(uid)
    await this.#ports.files.discard(uid)
  }

  #pushOf(uid: string): PushedPackage {
    const push = this.#open.get(uid)
    if (!push) throw new FleetError('package_unknown', `expected a package that was begun here, got ${uid}`)
    return push
  }

  #objectOf(uid: string, name: string): PackageObject {
    const object = isSha256(name) && this.#pushOf(uid).objects.find(({ sha256sum }) => sha256sum === name)
    if (object) return object
    throw new FleetError('object_mismatch', `expected an object that the metadata names, got ${name}`)
  }

  #sealOf(uid: string, object: string): string {
    return createHmac('sha256', this.#key).update(`${uid}/${object}`).digest('base64url')
  }
}
