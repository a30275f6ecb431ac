import { join } from 'node:path'
import { type ErrorInfo, errorInfo, type StateIdent } from '@windlass/model/unit'
import { isDiskError } from '@windlass/platform'
import { Flag } from '../flag.ts'
import type { StateQuotas, States } from '../ports.ts'
import { type ChecksumForm, checksumOf, formOf, isChecksumOf } from './checksum.ts'
import { folderOf, stateFileOf } from './paths.ts'
import type { StateFolders, StatePorts } from './ports.ts'
import { type Kept, keyOf, StateRecords } from './records.ts'
import { overwrite, read, stampOf } from './state-file.ts'

const lookMs = 10_000
const mostMs = 60_000

/** What was last seen of a state file. `restlessSince`: when it began to change, uptime; undefined while it is quiet. */
interface Seen {
  stamp: string | undefined
  checksum: string
  restlessSince?: number
}

/** Storages and states of the unit's instances (aoscore.md 5.12). */
export class UnitStates implements States {
  readonly #ports: StatePorts
  readonly #folders: StateFolders
  readonly #records: StateRecords
  readonly #kept: Map<string, Kept>
  readonly #seen = new Map<string, Seen>()
  readonly #isSeen = new Flag()
  #form: ChecksumForm
  #saidNoQuotas = false

  constructor(ports: StatePorts, folders: StateFolders) {
    this.#ports = ports
    this.#folders = folders
    this.#records = new StateRecords(ports.database)
    this.#kept = this.#records.all()
    this.#form = this.#records.form()
  }

  /** Looks at the state files every 10 s. One that changed is reported once it is quiet, at the latest after a minute. */
  async watchFiles(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      if (this.#seen.size === 0) await this.#isSeen.raised(stop)
      await this.#ports.clock.sleep(lookMs, stop).catch(() => undefined)
      if (stop.aborted) return
      for (const [key, seen] of this.#seen) {
        const kept = this.#kept.get(key)
        if (kept) await this.#look(kept, seen).catch((error: unknown) => this.#cannot('look at', kept.ident, error))
      }
    }
  }

  paths(ident: StateIdent, { storage, state }: StateQuotas): { storagePath: string; statePath: string } {
    return { storagePath: storage ? folderOf(ident) : '', statePath: state ? stateFileOf(ident) : '' }
  }

  async prepare(ident: StateIdent, quotas: StateQuotas, owner: { uid: number; gid: number }): Promise<void> {
    const known = this.#kept.get(keyOf(ident))
    const kept = { ident, quotas, uid: owner.uid, accepted: known?.accepted ?? '' }
    this.#records.save(kept)
    this.#kept.set(keyOf(ident), kept)
    if (quotas.storage) await this.#makeStorage(ident, owner)
    if (quotas.state) await this.#makeState(kept, owner)
    await this.#limit(kept)
  }

  checksum(ident: StateIdent): string | undefined {
    return this.#seen.get(keyOf(ident))?.checksum
  }

  async remove(ident: StateIdent): Promise<void> {
    const kept = this.#kept.get(keyOf(ident))
    await this.#ports.removeTree(join(this.#folders.storageDir, folderOf(ident)))
    await this.#ports.removeTree(join(this.#folders.stateDir, folderOf(ident)))
    if (kept) await this.#limit({ ...kept, quotas: {} })
    this.#records.forget(ident)
    this.#kept.delete(keyOf(ident))
    this.#seen.delete(keyOf(ident))
  }

  /** The cloud's word about a state that it was sent. @returns what was wrong with it */
  async accept(answer: { ident: StateIdent; checksum: string; accepted: boolean }): Promise<ErrorInfo | undefined> {
    const { ident, checksum, accepted } = answer
    const kept = this.#kept.get(keyOf(ident))
    if (!kept?.quotas.state) return errorInfo('notFound', `${nameOf(ident)} has no state`)
    this.#echo(checksum)
    if (!isChecksumOf(checksum, await this.#content(ident)))
      return errorInfo('invalidChecksum', `${nameOf(ident)}: expected the checksum of its state, got ${checksum}`)
    if (accepted) this.#accepted(kept, checksum)
    else this.#ports.send({ kind: 'state_request', ident, useDefault: false })
    return undefined
  }

  /** The cloud's state for an instance. @returns why it was refused */
  async update(order: { ident: StateIdent; checksum: string; state: string }): Promise<ErrorInfo | undefined> {
    const { ident, checksum } = order
    const kept = this.#kept.get(keyOf(ident))
    const state = new TextEncoder().encode(order.state)
    if (!kept?.quotas.state) return errorInfo('notFound', `${nameOf(ident)} has no state`)
    if (!isChecksumOf(checksum, state))
      return errorInfo('invalidChecksum', `${nameOf(ident)}: expected the checksum of the state, got ${checksum}`)
    if (state.length > kept.quotas.state)
      return errorInfo('noMemory', `${nameOf(ident)}: expected at most ${kept.quotas.state} bytes, got ${state.length}`)
    this.#echo(checksum)
    await overwrite(this.#ports.files, this.#stateFile(ident), state)
    this.#accepted(kept, checksum)
    await this.#see(kept, state)
    return undefined
  }

  async #makeStorage(ident: StateIdent, owner: { uid: number; gid: number }): Promise<void> {
    const { files } = this.#ports
    const folder = join(this.#folders.storageDir, folderOf(ident))
    await files.makeFolder(folder)
    await this.#own(folder, owner)
    await files.setMode(folder, 0o700)
  }

  /** A state that is not the one the cloud has is asked for: it may have come with an older life of the instance. */
  async #makeState(kept: Kept, owner: { uid: number; gid: number }): Promise<void> {
    const { files } = this.#ports
    const path = this.#stateFile(kept.ident)
    if (!(await files.facts(path))) {
      await files.makeFolder(join(this.#folders.stateDir, folderOf(kept.ident)))
      await overwrite(files, path, new Uint8Array())
    }
    await this.#own(path, owner)
    await files.setMode(path, 0o600)
    const content = await read(files, path)
    await this.#see(kept, content)
    if (!isChecksumOf(kept.accepted, content))
      this.#ports.send({ kind: 'state_request', ident: kept.ident, useDefault: false })
  }

  async #own(path: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
    try {
      await this.#ports.files.setOwner(path, uid, gid)
    } catch (error) {
      if (!isDiskError(error, 'EPERM')) throw error
      this.#ports.log.warning('folder not given to its instance', { path, uid, gid })
    }
  }

  /** One limit a user and filesystem: of both folders together where they lie on one. */
  async #limit({ quotas: { storage = 0, state = 0 }, uid }: Kept): Promise<void> {
    const { files, quotas, log } = this.#ports
    const { storageDir, stateDir } = this.#folders
    const [here, there] = await Promise.all([files.facts(storageDir), files.facts(stateDir)])
    const limits =
      here?.device === there?.device
        ? [[storageDir, storage + state] as const]
        : ([
            [storageDir, storage],
            [stateDir, state],
          ] as const)
    for (const [folder, bytes] of limits) {
      const isThere = (await files.facts(folder)) !== undefined
      if (!isThere || (await quotas.limit(folder, uid, bytes)) || this.#saidNoQuotas) continue
      this.#saidNoQuotas = true
      log.info('no user quotas on this filesystem: what instances store is left to their nodes', { folder })
    }
  }

  async #look(kept: Kept, seen: Seen): Promise<void> {
    const stamp = await stampOf(this.#ports.files, this.#stateFile(kept.ident))
    const now = this.#ports.clock.uptime()
    const isQuiet = stamp === seen.stamp
    if (isQuiet && seen.restlessSince === undefined) return
    seen.stamp = stamp
    seen.restlessSince ??= now
    if (!isQuiet && now - seen.restlessSince < mostMs - lookMs) return
    const content = await this.#content(kept.ident)
    const before = seen.checksum
    await this.#see(kept, content)
    const checksum = checksumOf(content, this.#form)
    if (checksum === before || isChecksumOf(this.#kept.get(keyOf(kept.ident))?.accepted ?? '', content)) return
    const state = new TextDecoder().decode(content)
    this.#ports.send({ kind: 'new_state', ident: kept.ident, checksum, state })
  }

  async #see({ ident }: Kept, content: Uint8Array): Promise<void> {
    const stamp = await stampOf(this.#ports.files, this.#stateFile(ident))
    this.#seen.set(keyOf(ident), { stamp, checksum: checksumOf(content, this.#form) })
    this.#isSeen.raise()
  }

  #accepted(kept: Kept, checksum: string): void {
    const now = { ...kept, accepted: checksum }
    this.#records.save(now)
    this.#kept.set(keyOf(kept.ident), now)
  }

  /** From here on checksums are written as the cloud writes them. */
  #echo(checksum: string): void {
    const form = formOf(checksum)
    if (!form || (form.hash === this.#form.hash && form.text === this.#form.text)) return
    this.#form = form
    this.#records.saveForm(form)
  }

  async #content(ident: StateIdent): Promise<Uint8Array> {
    return await read(this.#ports.files, this.#stateFile(ident))
  }

  #stateFile(ident: StateIdent): string {
    return join(this.#folders.stateDir, stateFileOf(ident))
  }

  #cannot(what: string, ident: StateIdent, error: unknown): void {
    this.#ports.log.error(`could not ${what} a state`, { instance: nameOf(ident), error })
  }
}

function nameOf({ itemId, subjectId, index }: StateIdent): string {
  return `${itemId} (subject ${subjectId}, instance ${index})`
}
