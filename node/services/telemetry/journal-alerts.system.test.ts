import { createLog, nodeProcesses, type Processes, systemClock } from '@windlass/platform'
import { expect, it } from 'vitest'
import { until } from '../runtime/until.ts'
import { JournalAlerts } from './journal-alerts.ts'
import { memoryJournalRecords } from './journal-records.ts'

const journald = '/lib/systemd/systemd-journald'
const processes = nodeProcesses()
const isThere = (await processes.find(journald)) !== undefined && process.getuid?.() === 0
const lacks = isThere ? '' : ` (needs root and ${journald})`

/** A journal of its own, in a mount namespace of its own: this machine's is not written to. */
class Journal {
  readonly #pid: number
  readonly #stop: AbortController

  private constructor(pid: number, stop: AbortController) {
    this.#pid = pid
    this.#stop = stop
  }

  static async start(): Promise<Journal> {
    const stop = new AbortController()
    const script = `mount -t tmpfs tmpfs /run; mkdir -p /run/systemd/journal /run/log/journal; echo $$; exec ${journald}`
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', script]
    const output = processes.stream({ command: 'unshare', args }, stop.signal)
    const first = await output[Symbol.asyncIterator]().next()
    const journal = new Journal(Number(Buffer.from(first.value ?? []).toString()), stop)
    await until(async () => ((await journal.run('test', '-S', '/run/systemd/journal/stdout')) === 0 ? true : undefined))
    return journal
  }

  /** Programs that see it. */
  get processes(): Processes {
    const inside = (command: Parameters<Processes['run']>[0]) => {
      const args = ['--target', String(this.#pid), '--mount', command.command, ...(command.args ?? [])]
      return { ...command, command: 'nsenter', args }
    }
    const stream: Processes['stream'] = (command, stop) => processes.stream(inside(command), stop)
    return { ...processes, stream, run: (command, stop) => processes.run(inside(command), stop) }
  }

  async run(command: string, ...args: string[]): Promise<number | null> {
    return (await this.processes.run({ command, args })).code
  }

  async says(priority: string, message: string): Promise<void> {
    await this.run(
      'sh',
      '-c',
      `printf '%s\\n' "$2" | systemd-cat --priority="$1" --identifier=test`,
      'sh',
      priority,
      message,
    )
  }

  end(): void {
    this.#stop.abort()
  }
}

it.skipIf(lacks)(
  `errors of a real journal are told, each once, also those of the reader’s absence${lacks}`,
  async () => {
    const journal = await Journal.start()
    const told: string[] = []
    const tell = (alert: object) => told.push(JSON.stringify(alert))
    const ports = {
      processes: journal.processes,
      records: memoryJournalRecords(),
      clock: systemClock,
      log: createLog([], () => 0),
      tell,
    }
    const alerts = new JournalAlerts(ports, { priority: 3, filter: [/known and harmless/] })
    const life = () => {
      const quit = new AbortController()
      const over = alerts.follow(quit.signal)
      return async () => {
        quit.abort()
        await over
      }
    }
    const heard = (text: string) => until(async () => (told.some((one) => one.includes(text)) ? true : undefined))
    try {
      const end = life()
      // What was written before this node's first start is nobody's news; how soon it reads is not known.
      await until(async () => {
        await journal.says('err', 'first error')
        return told.length > 0 || undefined
      })
      await journal.says('info', 'all is well')
      await journal.says('err', 'known and harmless')
      await journal.says('crit', 'second error')
      await heard('second error')
      await end()
      await journal.says('err', 'error of the absence')
      const endAgain = life()
      await heard('error of the absence')
      await endAgain()
      const others = told.filter((one) => !one.includes('first error'))
      expect(others.map((one) => (JSON.parse(one) as { message: string }).message)).toEqual([
        'second error',
        'error of the absence',
      ])
      expect(JSON.parse(others[0] ?? '')).toMatchObject({ kind: 'system', timeMs: expect.closeTo(Date.now(), -5) })
    } finally {
      journal.end()
    }
  },
)
