import type { InstallationSet } from '@windlass/model'
import type { Journal } from '@windlass/platform'
import type { RuntimeSettingsDocument } from '@windlass/wire/updatehub'

/** An update that waits for its restart, as UpdateHub's file tells it; `uid` is empty where it does not say. */
export interface PendingUpdate {
  uid: string
  target: InstallationSet
}

/**
 * UpdateHub's runtime settings (updatehub.md 4.2): what outlives a restart and both installation sets. Every save
 * writes the whole document, atomically; a device with read-only storage keeps it in memory.
 */
export class RuntimeSettings {
  /** Failed probes in a row. Reaches the disk when something else is saved. */
  retries: number
  readonly #journal: Journal<RuntimeSettingsDocument>
  readonly #path: string
  readonly #persistent: boolean
  #last: string
  #now: boolean
  #server: string | null
  #update: RuntimeSettingsDocument['update']
  #inherited: PendingUpdate | null
  #installedHere = false

  private constructor(journal: Journal<RuntimeSettingsDocument>, found: RuntimeSettingsDocument) {
    this.#journal = journal
    this.#path = found.path
    this.#persistent = found.persistent
    this.retries = found.polling.retries
    this.#last = found.polling.last
    this.#now = found.polling.now
    this.#server = found.polling.server_address === 'default' ? null : found.polling.server_address.custom
    this.#update = found.update
    this.#inherited = this.pending
  }

  /** `path` and `persistent` are this process's own; what the file says of them does not count. */
  static async load(
    journal: Journal<RuntimeSettingsDocument>,
    own: { path: string; persistent: boolean },
  ): Promise<RuntimeSettings> {
    return new RuntimeSettings(journal, { ...((await journal.load()) ?? defaults), ...own })
  }

  /** Milliseconds since 1970 of the last concluded probe; 0 if there was none. */
  get lastProbe(): number {
    return Date.parse(this.#last) || 0
  }

  /** The next cycle begins with a probe, whatever the polling settings say. */
  get probeForced(): boolean {
    return this.#now
  }

  get appliedUid(): string | undefined {
    return this.#update.applied_package_uid
  }

  /** The set that boots next because of an update, or undefined. */
  get pendingSet(): InstallationSet | undefined {
    return this.#update.upgrade_to_installation
  }

  get pending(): PendingUpdate | null {
    const { applied_package_uid: uid = '', upgrade_to_installation: target } = this.#update
    return target ? { uid, target } : null
  }

  /** The pending update that was there when this process started. Given once. */
  takeInherited(): PendingUpdate | null {
    const inherited = this.#inherited
    this.#inherited = null
    return inherited
  }

  /** This process installed the pending update, so no restart lies between. */
  get isInstalledHere(): boolean {
    return this.#installedHere
  }

  /**
   * Another update than this one was pending when this process started, and is not judged yet. Its set may be what runs
   * now, so it must prove itself before anything is written.
   */
  hasUnproven(uid: string): boolean {
    return this.#inherited !== null && this.#inherited.uid !== uid
  }

  /** The address to talk to: the custom one of this cycle, or the configured one. */
  server(configured: string): string {
    return this.#server ?? configured
  }

  useServer(address: string): void {
    this.#server = address
  }

  useConfiguredServer(): void {
    this.#server = null
  }

  /** A probe was concluded at `now`. */
  async probed(now: number): Promise<void> {
    this.#last = rfc3339(now)
    this.#now = false
    await this.#save()
  }

  /** The objects of this package are in place; from now on the boot loader may be told. */
  async installed(uid: string, target: InstallationSet): Promise<void> {
    this.#update = { upgrade_to_installation: target, applied_package_uid: uid }
    this.#installedHere = true
    await this.#save()
  }

  /** The boot loader was not told, or was told otherwise. */
  async forgetUpdate(): Promise<void> {
    this.#update = {}
    this.#inherited = null
    this.#installedHere = false
    await this.#save()
  }

  /** The update is over, kept or taken back: the server is to hear of it at once. */
  async concluded(): Promise<void> {
    this.#now = true
    await this.forgetUpdate()
  }

  /** The document as the file and `/info` show it. */
  toDocument(): RuntimeSettingsDocument {
    return {
      polling: {
        last: this.#last,
        retries: this.retries,
        now: this.#now,
        server_address: this.#server === null ? 'default' : { custom: this.#server },
      },
      update: { ...this.#update },
      path: this.#path,
      persistent: this.#persistent,
    }
  }

  async #save(): Promise<void> {
    if (this.#persistent) await this.#journal.save(this.toDocument())
  }
}

const defaults: RuntimeSettingsDocument = {
  polling: { last: '1970-01-01T00:00:00Z', retries: 0, now: false, server_address: 'default' },
  update: {},
  path: '',
  persistent: true,
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}
