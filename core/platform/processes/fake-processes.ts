import type { Clock } from '../time/clock.ts'
import { FakeClock } from '../time/fake-clock.ts'
import { endedBadly } from './ended-badly.ts'
import { type Command, type Ended, ProcessError, type Processes } from './processes.ts'

/** A command as a fake program sees it: its input read to the end, a signal that fires when it is killed. */
export interface FakeCall extends Omit<Command, 'input'> {
  args: readonly string[]
  input: Uint8Array
  killed: AbortSignal
}

/** `output` is what `stream` gives, for programs whose standard output is no text. */
export interface FakeEnded extends Ended {
  output?: Uint8Array
}

export type FakeProgram = (call: FakeCall) => FakeEnded | Promise<FakeEnded>

/** How a program ended, by default well and silently: `ended({ code: 2, stderr: 'no such slot' })`. */
export function ended(how: Partial<FakeEnded> = {}): FakeEnded {
  return { code: 0, signal: null, stdout: '', stderr: '', truncated: false, timedOut: false, ...how }
}

/** Programs as functions, by the name they are called with. What is not in the table is not found. */
export class FakeProcesses implements Processes {
  /** Every call so far, also of programs that do not exist. */
  readonly calls: FakeCall[] = []
  readonly programs: Map<string, FakeProgram>
  readonly #clock: Clock

  constructor(programs: Readonly<Record<string, FakeProgram>> = {}, clock: Clock = new FakeClock()) {
    this.programs = new Map(Object.entries(programs))
    this.#clock = clock
  }

  async run(command: Command, signal?: AbortSignal): Promise<Ended> {
    const { output: _output, ...how } = await this.#run(command, signal)
    return bounded(how, command)
  }

  async *stream(command: Command, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const how = await this.#run(command, signal)
    const output = how.output ?? new TextEncoder().encode(how.stdout)
    for (let at = 0; at < output.length; at += 65_536) yield new Uint8Array(output.subarray(at, at + 65_536))
    if (how.code !== 0) throw endedBadly(command, how)
  }

  async #run(command: Command, signal: AbortSignal | undefined): Promise<FakeEnded> {
    signal?.throwIfAborted()
    const kill = new AbortController()
    const { input, args = [], ...rest } = command
    const call: FakeCall = { ...rest, args, input: await collect(input), killed: kill.signal }
    this.calls.push(call)
    const program = this.programs.get(command.command)
    if (!program) throw new ProcessError('not_found', `expected a program ${command.command}, found none`)
    const over = new AbortController()
    try {
      return await Promise.race([program(call), ...this.#endings(command, over.signal, signal)])
    } finally {
      // With a reason, as making the usual one takes longer than all the rest.
      over.abort('over')
      kill.abort()
    }
  }

  async find(command: string): Promise<string | undefined> {
    if (!this.programs.has(command)) return undefined
    return command.includes('/') ? command : `/usr/bin/${command}`
  }

  #endings(command: Command, over: AbortSignal, signal: AbortSignal | undefined): Promise<Ended>[] {
    const endings: Promise<Ended>[] = []
    if (command.timeoutMs !== undefined) endings.push(this.#timeout(command.timeoutMs, over))
    if (signal) endings.push(whenAborted(signal, over))
    return endings
  }

  async #timeout(ms: number, over: AbortSignal): Promise<Ended> {
    await this.#clock.sleep(ms, over).catch(() => undefined)
    return ended({ code: null, signal: 'SIGTERM', timedOut: true })
  }
}

function whenAborted(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { signal: over, once: true })
    if (signal.aborted) reject(signal.reason)
  })
}

function bounded(how: Ended, { maxOutputBytes = 2 ** 20 }: Command): Ended {
  const stdout = Buffer.from(how.stdout)
  const stderr = Buffer.from(how.stderr)
  if (stdout.length <= maxOutputBytes && stderr.length <= maxOutputBytes) return how
  const cut = (output: Buffer) => output.subarray(0, maxOutputBytes).toString()
  return { ...how, stdout: cut(stdout), stderr: cut(stderr), truncated: true }
}

async function collect(input: Command['input']): Promise<Uint8Array> {
  if (input === undefined) return new Uint8Array()
  if (input instanceof Uint8Array) return input
  return Buffer.concat(await Array.fromAsync(input, (piece) => new Uint8Array(piece)))
}
