import { ServicesError } from '../services-error.ts'
import type { Exit, Runtime, RuntimeRun, Workload } from './runtime.ts'

/** A service as a function: resolves to its exit code, or goes on until it is told to end. */
export type FakeProgram = (workload: Workload, ending: AbortSignal) => Promise<number>

/** Where fake services live; it outlives the runtimes that look at it. */
export class FakeMachine {
  readonly runs = new Map<string, { run: RuntimeRun; workload: Workload; ending: AbortController }>()
  readonly listeners = new Set<() => void>()
  tokens = 0
}

/** Services as functions in memory. `exec` runs the same function on the command. */
export class FakeRuntime implements Runtime {
  readonly type: string
  readonly #machine: FakeMachine
  readonly #program: FakeProgram
  readonly #now: () => number

  constructor(program: FakeProgram, now: () => number, machine = new FakeMachine(), type = 'fake') {
    this.type = type
    this.#machine = machine
    this.#program = program
    this.#now = now
  }

  list(): Promise<RuntimeRun[]> {
    return Promise.resolve([...this.#machine.runs.values()].map(({ run }) => run))
  }

  async start(workload: Workload): Promise<void> {
    const { id, label } = workload
    const there = this.#machine.runs.get(id)
    if (there && !there.run.exit) throw new ServicesError('refused', `service ${id}: it runs already`)
    this.#machine.tokens += 1
    const token = String(this.#machine.tokens)
    const ending = new AbortController()
    this.#machine.runs.set(id, { run: { id, label, token, startedAt: this.#now() }, workload, ending })
    void this.#program(workload, ending.signal).then((code) => this.#end(id, token, code))
  }

  stop(id: string): Promise<void> {
    this.#machine.runs.get(id)?.ending.abort()
    this.#machine.runs.delete(id)
    return Promise.resolve()
  }

  kill(id: string): Promise<void> {
    const there = this.#machine.runs.get(id)
    if (there) this.#end(id, there.run.token, 137)
    there?.ending.abort()
    return Promise.resolve()
  }

  async exec(id: string, command: readonly string[], timeoutMs: number, stop: AbortSignal): Promise<number | null> {
    const there = this.#machine.runs.get(id)
    if (!there) throw new ServicesError('not_found', `service ${id}: not there`)
    const late = AbortSignal.any([AbortSignal.timeout(timeoutMs), stop])
    const code = await this.#program({ ...there.workload, args: command }, late)
    return late.aborted ? null : code
  }

  subscribe(heard: () => void): Disposable {
    this.#machine.listeners.add(heard)
    return { [Symbol.dispose]: () => this.#machine.listeners.delete(heard) }
  }

  #end(id: string, token: string, code: number): void {
    const there = this.#machine.runs.get(id)
    if (there?.run.token !== token || there.run.exit) return
    const why = code > 128 ? `ended by signal ${code - 128}` : `ended with exit code ${code}`
    const exit: Exit = { code, at: this.#now(), why }
    this.#machine.runs.set(id, { ...there, run: { ...there.run, exit } })
    for (const heard of this.#machine.listeners) heard()
  }
}
