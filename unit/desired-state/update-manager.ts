import { type News, Runner } from '@windlass/machine'
import { asksForTheSame, type DesiredState } from '@windlass/model/unit'
import { type UpdateEvent, type UpdateManager, type UpdateOrder, type UpdateState, updateManager } from './diagram.ts'
import { errorsOf } from './errors.ts'
import type { Leg, Refusal } from './facts.ts'
import { type GivenUp, givenUpAfter } from './given-up.ts'
import { completed } from './goal.ts'
import { blank } from './journal.ts'
import type { UpdatePorts } from './ports.ts'
import { againRefused } from './states/none.ts'
import { WayBack } from './way-back.ts'
import { work } from './work.ts'

/** An update takes eight moves, twice that when it comes back; a second part as many again. */
const maxMoves = 60

/** The unit's update manager: takes desired states and triggers, tells what it does. */
export class UnitUpdate {
  readonly #runner: Runner<UpdateManager, UpdatePorts>
  readonly #ports: UpdatePorts
  #accepting: Promise<unknown> = Promise.resolve()
  #givenUp: GivenUp | undefined
  readonly #wayBack: WayBack

  constructor(ports: UpdatePorts) {
    this.#ports = ports
    this.#wayBack = new WayBack(ports.clock)
    this.#runner = new Runner<UpdateManager, UpdatePorts>(updateManager, work, ports, {
      maxMoves,
      failed: (error, state) => failed(error, state, ports),
    })
    this.#runner.watch((news) => {
      this.#givenUp = givenUpAfter(news, this.#givenUp)
      this.#wayBack.heard(news)
    })
  }

  /** Before anything was ever ordered the machine knows nothing; every fact has a value from the start. */
  get state(): UpdateState {
    return { ...blank, ...this.#runner.state } as UpdateState
  }

  watch(watcher: (news: News<UpdateManager>) => void): () => void {
    return this.#runner.watch(watcher)
  }

  run(quit: AbortSignal): Promise<void> {
    return this.#runner.run(quit)
  }

  /**
   * Takes a desired state (aoscore.md 2.1.3). One that asks for what is under way is `ignored`; with other schedules it
   * moves the gates while they are waited for. Resolves when the order is on disk. One is judged after the other: while an
   * earlier one is still to be taken, what is under way says nothing about the newest.
   */
  accept(desired: DesiredState): Promise<'taken' | 'ignored' | 'rescheduled'> {
    const judged = this.#accepting.then(() => this.#accept(desired))
    this.#accepting = judged.catch(() => undefined)
    return judged
  }

  async #accept(desired: DesiredState): Promise<'taken' | 'ignored' | 'rescheduled'> {
    // The cloud may be faster than the journal: before that is read, everything would be new.
    await this.#runner.begun
    const state = this.state
    const newest = newestOf(state)
    if (newest && asksForTheSame(completed(desired, state.installed), completed(newest, state.installed))) {
      return state.at === 'pending' && state.next === null ? this.#reschedule(state.desired, desired) : 'ignored'
    }
    await this.#runner.order({ on: 'desired', next: desired })
    return 'taken'
  }

  /** Opens a part's gate. False in every state but `pending`, and where the part does not wait. */
  async start(leg: Leg): Promise<boolean> {
    const { state } = this
    if (state.at !== 'pending' || state.legs[leg] !== 'waiting') return false
    const order: UpdateOrder =
      leg === 'sota' ? { on: 'start_sota', sotaTriggered: true } : { on: 'start_fota', fotaTriggered: true }
    const { accepted } = await this.#runner.order(order)
    return accepted
  }

  /** What failed last and was taken back, as long as nothing else came. */
  get takenBack(): Refusal | undefined {
    const { at, errors, refused } = this.state
    const said = (errors.sota ?? errors.fota)?.message
    if (at !== 'none' || said === undefined) return undefined
    return refused.findLast((one) => said === one.error.message || said === againRefused(one))
  }

  /** What the unit was told to be and will not be before it is told again: taken back, or ended before it began. */
  get missed(): GivenUp | undefined {
    // What was taken back is found by its text, which two releases may share; it is for those that a restart forgot.
    return this.#wayBack.stuck ?? this.#givenUp ?? this.takenBack
  }

  /** What keeps the unit from coming back to what it was, each time that this is to be told; else undefined. */
  get stuck(): string | undefined {
    return this.#wayBack.isDue ? this.#wayBack.stuck?.error.message : undefined
  }

  /** Forgets which desired states failed, so that they are tried again when they come. False while an update is under way. */
  async forget(): Promise<boolean> {
    return (await this.#runner.order({ on: 'forget', refused: [] })).accepted
  }

  async #reschedule(
    current: DesiredState,
    { sotaSchedule, fotaSchedule }: DesiredState,
  ): Promise<'rescheduled' | 'ignored'> {
    const { sotaSchedule: _sota, fotaSchedule: _fota, ...content } = current
    const desired = { ...content, ...(sotaSchedule && { sotaSchedule }), ...(fotaSchedule && { fotaSchedule }) }
    if (JSON.stringify(desired) === JSON.stringify(current)) return 'ignored'
    this.#ports.log.info('schedule changed')
    return (await this.#runner.order({ on: 'reschedule', desired })).accepted ? 'rescheduled' : 'ignored'
  }
}

function newestOf(state: UpdateState): DesiredState | null {
  if (state.next !== null || state.at === 'none' || state.at === 'reverting') return state.next
  return state.desired
}

/** What a state threw, as the event that leads back from it: to what was before, once nodes were touched. */
function failed(error: unknown, state: UpdateState, { rules }: UpdatePorts): UpdateEvent {
  if (state.at === 'none') return { on: 'skip', next: null, errors: errorsOf(error, { sota: 'going', fota: 'going' }) }
  const errors = errorsOf(error, state.legs)
  const untouched = state.at === 'downloading' || state.at === 'pending'
  if (untouched && state.before) return { on: 'undo', errors, during: state.at }
  if (!untouched && state.at !== 'finalizing' && state.at !== 'reverting' && rules.onFailure === 'converge') {
    return { on: 'given_up', before: null, errors }
  }
  return { on: 'failed', errors, during: state.at === 'reverting' ? state.during : state.at }
}
