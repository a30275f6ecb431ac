import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { NodeAlert } from '@windlass/model/unit'
import type { Clock, Log, Processes } from '@windlass/platform'
import { type JournalRules, journalEntry } from './journal-entry.ts'
import type { JournalRecords } from './journal-records.ts'

export interface JournalPorts {
  processes: Processes
  records: JournalRecords
  clock: Clock
  log: Log
  tell(alert: NodeAlert): void
}

const againMs = 10_000
const saveEveryMs = 10_000
/** A journal that is flooded must not flood the unit. */
const mostAlerts = 16
const perMs = 10_000

/** Tells the unit of errors in the system's journal (aoscore.md 9.2), from the first start of this node on, each once. */
export class JournalAlerts {
  readonly #ports: JournalPorts
  readonly #rules: JournalRules
  #saidMissing = false
  #window = { since: 0, told: 0, left: 0 }

  constructor(ports: JournalPorts, rules: JournalRules) {
    this.#ports = ports
    this.#rules = rules
  }

  /** While somebody hears it: what is written meanwhile waits in the journal. Never rejects. */
  async follow(until: AbortSignal): Promise<void> {
    const { clock, log, processes, records } = this.#ports
    while (!until.aborted) {
      if ((await processes.find('journalctl')) === undefined) {
        if (!this.#saidMissing) log.info('no alerts from the journal', { why: 'journalctl is not in PATH' })
        this.#saidMissing = true
        return
      }
      const cursor = records.journalCursor()
      try {
        await this.#read(cursor, until)
      } catch (error) {
        if (until.aborted) return
        log.warning('journal not read', { why: error instanceof Error ? error.message : String(error) })
        // Where it was read up to may be gone: the next try begins with what is new then.
        if (records.journalCursor() === cursor) records.saveJournalCursor(undefined)
      }
      await clock.sleep(againMs, until).catch(() => undefined)
    }
  }

  async #read(from: string | undefined, until: AbortSignal): Promise<void> {
    const { clock, processes, records } = this.#ports
    const where = from === undefined ? ['--lines=0'] : ['--no-tail', `--after-cursor=${from}`]
    const args = ['--follow', '--output=json', '--quiet', `--priority=0..${this.#rules.priority}`, ...where]
    let last: string | undefined
    let savedAt = clock.uptime()
    const save = () => {
      if (last !== undefined) records.saveJournalCursor(last)
      savedAt = clock.uptime()
    }
    try {
      const output = Readable.from(processes.stream({ command: 'journalctl', args }, until))
      for await (const line of createInterface({ input: output, crlfDelay: Infinity })) {
        const entry = journalEntry(line, this.#rules)
        if (entry?.alert) this.#tell(entry.alert)
        last = entry?.cursor ?? last
        if (clock.uptime() - savedAt >= saveEveryMs) save()
      }
    } finally {
      save()
    }
  }

  #tell(alert: NodeAlert): void {
    const { clock, tell } = this.#ports
    const { since, left } = this.#window
    if (clock.uptime() - since >= perMs) {
      this.#window = { since: clock.uptime(), told: 0, left: 0 }
      if (left > 0) tell({ kind: 'system', timeMs: alert.timeMs, message: `${left} messages of the journal not told` })
    }
    if (this.#window.told < mostAlerts) tell(alert)
    else this.#window.left += 1
    this.#window.told += 1
  }
}
