import { createHmac, timingSafeEqual } from 'node:crypto'
import { distinctObjects, isSha256, type PackageObject, type Sha256 } from '@windlass/model'
import type { Clock } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import { decodeMetadata } from '@windlass/wire/updatehub'
import { FleetError } from '../fleet-error.ts'
import type { KeptPackage } from '../store/records.ts'
import type { Rules } from './examine.ts'
import type { PushFiles, PushNote } from './push-files.ts'
import type { Shelf } from './shelf.ts'

interface PushedPackage extends PushNote {
  uid: Sha256
  objects: readonly PackageObject[]
}

export interface PushPorts {
  shelf: Shelf
  files: PushFiles
  clock: Clock
  /** Seals the tickets; the same in all processes. */
  key: Uint8Array
}

const mostOpen = 16
const dayMs = 86_400_000

/**
 * Packages on their way in as UpdateHub's packager sends them (updatehub.md 6.6): metadata, each object, an end. Nothing is
 * seen of them before the end, where they are examined like any other upload. Any process of the fleet can go on with one.
 * They are forgotten after a day without a word, and when sixteen others were begun since: then the packager is told that there
 * is no such package, and begins anew.
 */
export class Pushes {
  readonly #ports: PushPorts
  readonly #rules: Pick<Rules, 'checkMetadata'> & { maxUploadBytes: number }

  constructor(ports: PushPorts, rules: Pick<Rules, 'checkMetadata'> & { maxUploadBytes: number }) {
    this.#ports = ports
    this.#rules = rules
  }

  /** Returns the package's uid. @throws FleetError `metadata_invalid`, `upload_too_large` */
  async begin(metadata: Uint8Array, signature: string): Promise<string> {
    const errors = this.#rules.checkMetadata(metadata)
    if (errors.length > 0)
      throw new FleetError('metadata_invalid', `expected metadata by UpdateHub's schema: ${errors[0]}`, { errors })
    const { maxUploadBytes } = this.#rules
    if (objectsOf(metadata).reduce((sum, { size }) => sum + size, 0) > maxUploadBytes)
      throw new FleetError('upload_too_large', `expected objects of at most ${maxUploadBytes} bytes together`)
    const uid = sha256Of(metadata)
    await this.#ports.files.begin(uid, { metadata, signature })
    await this.#forgetOld(uid)
    return uid
  }

  async isOpen(uid: string): Promise<boolean> {
    return (await this.#find(uid)) !== undefined
  }

  /** A ticket for one object, or undefined when it is there already. @throws FleetError `package_unknown`, `object_mismatch` */
  async ticket(uid: string, object: string): Promise<string | undefined> {
    const push = await this.#pushOf(uid)
    const { sha256sum } = objectOf(push, object)
    return (await this.#ports.files.has(push.uid, sha256sum)) ? undefined : this.#sealOf(uid, object)
  }

  /** Takes an object from whoever has the ticket. @throws FleetError `token_wrong`, and as `ticket` and `put` */
  async put(uid: string, object: string, ticket: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const right = Buffer.from(this.#sealOf(uid, object))
    const given = Buffer.from(ticket)
    if (given.length !== right.length || !timingSafeEqual(given, right))
      throw new FleetError('token_wrong', 'expected the address as it was given for this object')
    const push = await this.#pushOf(uid)
    const { sha256sum, size } = objectOf(push, object)
    await this.#ports.files.put(push.uid, sha256sum, body, size)
  }

  /** Examines the whole and keeps it. @throws FleetError of what is wrong; the push stays open, to be mended */
  async finish(uid: string): Promise<KeptPackage> {
    const { shelf, files } = this.#ports
    const push = await this.#pushOf(uid)
    for (const { sha256sum } of push.objects) {
      if (await files.has(push.uid, sha256sum)) continue
      throw new FleetError(
        'archive_entry_missing',
        `expected all objects to be sent before the end, missing ${sha256sum}`,
      )
    }
    const kept = await shelf.receive(files.pack(push.uid, push, push.objects))
    await files.discard(push.uid)
    return kept
  }

  /** `newest` stays, whatever the clocks of those who wrote say. */
  async #forgetOld(newest: Sha256): Promise<void> {
    const { files, clock } = this.#ports
    const others = (await files.begun()).filter(({ uid }) => uid !== newest)
    const byAge = others.toSorted((one, other) => other.changedMs - one.changedMs)
    const old = byAge.filter(({ changedMs }, at) => at >= mostOpen - 1 || clock.now() - changedMs > dayMs)
    for (const { uid } of old) await files.discard(uid)
  }

  async #find(uid: string): Promise<PushedPackage | undefined> {
    const note = isSha256(uid) ? await this.#ports.files.note(uid) : undefined
    return note && { ...note, uid: uid as Sha256, objects: objectsOf(note.metadata) }
  }

  async #pushOf(uid: string): Promise<PushedPackage> {
    const push = await this.#find(uid)
    if (!push) throw new FleetError('package_unknown', `expected a package that was begun here, got ${uid}`)
    return push
  }

  #sealOf(uid: string, object: string): string {
    return createHmac('sha256', this.#ports.key).update(`${uid}/${object}`).digest('base64url')
  }
}

function objectsOf(metadata: Uint8Array): PackageObject[] {
  const { sets } = decodeMetadata(metadata)
  return distinctObjects([...sets.a, ...sets.b])
}

function objectOf({ objects }: PushedPackage, name: string): PackageObject {
  const object = objects.find(({ sha256sum }) => sha256sum === name)
  if (object) return object
  throw new FleetError('object_mismatch', `expected an object that the metadata names, got ${name}`)
}
