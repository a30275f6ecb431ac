import type { AnyDrawing, At, EventOf, OrderOf, StateOf } from './drawing.ts'
import { MachineError } from './machine-error.ts'
import { accepts, at, next } from './next.ts'
import { type JournalRecord, recordOf } from './record.ts'
import type { Later, Progress, Step, Work } from './work.ts'

/** What the runner needs of the world. */
export interface RunnerPorts<G extends AnyDrawing> {
  journal: { load(): Promise<JournalRecord<G> | undefined>; save(record: JournalRecord<G>): Promise<void> }
  clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }
}

/** `failed` turns what work threw into the event of that name. `maxMoves`: as many moves as one update may take by itself,
 * not counting those that waited a second or longer. An accepted order begins the count anew. */
export interface RunnerRules<G extends AnyDrawing> {
  failed(error: unknown, state: StateOf<G>): EventOf<G>
  maxMoves: number
}

/** Something happened: a move (already saved), progress or a wait within a state, or a state that could not be saved yet:
 * `attempt` 1 is followed by the next one a second later, 6 comes after half a minute, later ones each minute. */
export type News<G extends AnyDrawing> =
  | { kind: 'moved'; from: StateOf<G>; event: EventOf<G>; to: StateOf<G> }
  | { kind: 'progress'; state: StateOf<G>; progress: Progress }
  | { kind: 'waits'; state: StateOf<G>; why: string | null }
  | { kind: 'not_saved'; state: StateOf<G>; error: unknown; retryMs: number; attempt: number }

/** `at` is the state the order interrupted, or the one that refused it. */
export type Verdict<G extends AnyDrawing> = { accepted: boolean; at: At<G['diagram']> }

interface Pending<G extends AnyDrawing> {
  order: OrderOf<G>
  answer(verdict: Verdict<G>): void
}

/** What a state came to: nothing when the process is to end. `waited`: the move was slow, so no loop can spin on it. */
interface Settled<G extends AnyDrawing> {
  event?: EventOf<G>
  order?: Pending<G>
  waited?: boolean
}

const slowMs = 1_000
const firstSaveRetryMs = 1_000
const longestSaveRetryMs = 60_000

/**
 * The one writer of a machine. A state is on disk before anything acts on it; orders are judged one at a time, by the row
 * of the current state alone; the work that an order replaces is stopped and awaited before the order takes effect.
 */
export class Runner<G extends AnyDrawing, P> {
  readonly #drawing: G
  readonly #work: Work<G, P>
  readonly #ports: P & RunnerPorts<G>
  readonly #rules: RunnerRules<G>
  readonly #watchers = new Set<(news: News<G>) => void>()
  readonly #queue: Pending<G>[] = []
  #wake: () => void = () => {}
  #moves = 0
  #state: StateOf<G>
  readonly #begun = Promise.withResolvers<void>()
  #progress: Progress | undefined
  #waits: string | null = null

  constructor(drawing: G, work: Work<G, P>, ports: P & RunnerPorts<G>, rules: RunnerRules<G>) {
    this.#drawing = drawing
    this.#work = work
    this.#ports = ports
    this.#rules = rules
    this.#state = { at: drawing.start } as StateOf<G>
  }

  /** A copy of where the machine is. */
  get state(): StateOf<G> {
    return { ...this.#state }
  }

  /** Resolves when the journal was read and `state` is what it says; also when the machine ended before. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  /** How far the present state's work is, where it says so. */
  get progress(): Progress | undefined {
    return this.#progress
  }

  /** Why the present state's work does not go on, where it says so. */
  get waits(): string | null {
    return this.#waits
  }

  /** Calls back for everything that happens, until the returned function is called. */
  watch(watcher: (news: News<G>) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Asks for a move. Answered once the move is saved, or at once when the row has no such cell or the machine has ended. */
  order(order: OrderOf<G>): Promise<Verdict<G>> {
    return new Promise((answer) => {
      this.#queue.push({ order, answer })
      this.#wake()
    })
  }

  /** Goes on from the journal until `quit` fires. @throws MachineError when the table has no way out */
  async run(quit: AbortSignal): Promise<void> {
    try {
      await this.#loop(quit)
    } catch (error) {
      if (!quit.aborted) throw error
    } finally {
      this.#begun.resolve()
      this.#wake = () => {
        for (const pending of this.#queue.splice(0)) pending.answer(this.#refusal())
      }
      this.#wake()
    }
  }

  async #loop(quit: AbortSignal): Promise<void> {
    const record = await this.#ports.journal.load()
    this.#moves = record?.moves ?? 0
    const stored = record?.state ?? ({ at: this.#drawing.start } as StateOf<G>)
    await this.#enter(next(this.#drawing, stored, { on: 'boot' } as EventOf<G>), quit)
    this.#begun.resolve()
    while (!quit.aborted) {
      const { event, order, waited } = await this.#settle(quit)
      if (!event) return
      // Whoever asks anew may ask as often as he likes: only moves that the machine makes by itself are bounded.
      if (order) this.#moves = 0
      const bounded = order || waited ? event : this.#bounded(event)
      const from = this.#state
      try {
        await this.#enter(next(this.#drawing, from, bounded), quit)
      } catch (error) {
        order?.answer(this.#refusal())
        throw error
      }
      this.#tell({ kind: 'moved', from, event: bounded, to: this.#state })
      order?.answer({ accepted: true, at: at(from) as At<G['diagram']> })
    }
  }

  /** Runs the state's work against the orders of its row; whichever comes first gives the event. */
  async #settle(quit: AbortSignal): Promise<Settled<G>> {
    const waiting = this.#nextOrder()
    if (waiting) return { event: waiting.order, order: waiting }
    const stop = new AbortController()
    const work = this.#perform(AbortSignal.any([stop.signal, quit]))
    const ordered = this.#orderArrives()
    const first = await Promise.race([work, ordered])
    this.#wake = () => {}
    if (first !== 'ordered') return quit.aborted ? {} : first
    stop.abort(new DOMException('replaced by an order', 'AbortError'))
    await work
    const order = quit.aborted ? undefined : this.#nextOrder()
    return order ? { event: order.order, order } : {}
  }

  async #perform(stop: AbortSignal): Promise<Settled<G>> {
    const state = this.#state
    const step: Step = {
      stop,
      progress: (progress) => this.#advance(state, progress),
      waits: (why) => this.#wait(state, why),
    }
    try {
      const work = this.#work[at(state) as At<G['diagram']>] as (s: unknown, p: P, t: Step) => Promise<unknown>
      const outcome = await work(state, this.#ports, step)
      if (!isLater(outcome)) return { event: outcome as EventOf<G> }
      await this.#ports.clock.sleep(outcome.afterMs, stop)
      return { event: outcome.event as EventOf<G>, waited: outcome.afterMs >= slowMs }
    } catch (error) {
      return stop.aborted ? {} : { event: this.#rules.failed(error, state) }
    }
  }

  #orderArrives(): Promise<'ordered'> {
    return new Promise((resolve) => {
      this.#wake = () => {
        if (this.#refuseStrangers()) resolve('ordered')
      }
    })
  }

  #nextOrder(): Pending<G> | undefined {
    return this.#refuseStrangers() ? this.#queue.shift() : undefined
  }

  /** Answers the orders at the head of the queue that this row does not have; true when one is left that it has. */
  #refuseStrangers(): boolean {
    for (;;) {
      const head = this.#queue[0]
      if (!head) return false
      if (accepts(this.#drawing, at(this.#state), (head.order as { on: string }).on)) return true
      this.#queue.shift()
      head.answer(this.#refusal())
    }
  }

  #refusal(): Verdict<G> {
    return { accepted: false, at: at(this.#state) as At<G['diagram']> }
  }

  /** Past the bound an update fails where its row can fail; a row that cannot is left, once more as many moves. */
  #bounded(event: EventOf<G>): EventOf<G> {
    this.#moves++
    const { maxMoves } = this.#rules
    if (this.#moves <= maxMoves) return event
    const error = new MachineError('too_many_moves', `expected at most ${maxMoves} moves, got one more`)
    if (accepts(this.#drawing, at(this.#state), 'failed')) return this.#rules.failed(error, this.#state)
    if (this.#moves > 2 * maxMoves) throw error
    return event
  }

  async #enter(state: StateOf<G>, quit: AbortSignal): Promise<void> {
    const record = recordOf(this.#drawing, this.#moves, state)
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#ports.journal.save(record)
        break
      } catch (error) {
        // Going on would act on a state that a power cut forgets; stopping would leave the device without an agent.
        const retryMs = Math.min(firstSaveRetryMs * 2 ** (attempt - 1), longestSaveRetryMs)
        this.#tell({ kind: 'not_saved', state, error, retryMs, attempt })
        await this.#ports.clock.sleep(retryMs, quit)
      }
    }
    this.#moves = record.moves
    this.#state = state
    this.#progress = undefined
    this.#waits = null
  }

  #advance(state: StateOf<G>, progress: Progress): void {
    if (state !== this.#state) return
    this.#progress = progress
    this.#tell({ kind: 'progress', state, progress })
  }

  #wait(state: StateOf<G>, why: string | null): void {
    if (state !== this.#state || why === this.#waits) return
    this.#waits = why
    this.#tell({ kind: 'waits', state, why })
  }

  #tell(news: News<G>): void {
    for (const watcher of this.#watchers) watcher(news)
  }
}

function isLater(outcome: unknown): outcome is Later<unknown> {
  return typeof outcome === 'object' && outcome !== null && 'afterMs' in outcome
}
