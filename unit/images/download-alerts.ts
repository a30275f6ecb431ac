import type { UnitAlert } from '@windlass/model/unit'
import type { Clock } from '@windlass/platform'
import { errorOf } from './blob-error.ts'

type Tell = (alert: Extract<UnitAlert, { kind: 'download' }>) => void

/** Tells the cloud how one download goes (aoscore.md 4.4): its start, now and then, each interruption, its end. */
export class DownloadAlerts {
  readonly #tell: Tell
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #digest: string
  readonly #total: number
  #place = ''
  #toldMs = 0

  constructor(ports: { tell: Tell; clock: Clock }, everyMs: number, download: { digest: string; total: number }) {
    this.#tell = ports.tell
    this.#clock = ports.clock
    this.#everyMs = everyMs
    this.#digest = download.digest
    this.#total = download.total
  }

  started(place: string, bytes: number): void {
    this.#place = place
    this.#say('started', bytes)
  }

  going(bytes: number): void {
    if (this.#clock.uptime() - this.#toldMs >= this.#everyMs) this.#say('started', bytes)
  }

  interrupted(bytes: number, error: unknown): void {
    const reason = errorOf(error)
    this.#say('interrupted', bytes, { reason: reason.message, error: reason })
  }

  finished(bytes: number): void {
    this.#say('finished', bytes)
  }

  #say(
    state: 'started' | 'interrupted' | 'finished',
    downloadedBytes: number,
    more: Partial<Parameters<Tell>[0]> = {},
  ) {
    this.#toldMs = this.#clock.uptime()
    const [digest, url, totalBytes] = [this.#digest, this.#place, this.#total]
    this.#tell({
      kind: 'download',
      timeMs: this.#clock.now(),
      digest,
      url,
      downloadedBytes,
      totalBytes,
      state,
      ...more,
    })
  }
}
