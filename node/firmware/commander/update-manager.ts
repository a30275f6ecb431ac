import type { News, Runner } from '@windlass/machine'
import type { UpdateCommand, UpdateManagerStatus } from '@windlass/model/unit'
import type { Clock, Files, Journal, Log } from '@windlass/platform'
import type { Fetcher } from '../download/fetcher.ts'
import type { Agent, AgentState } from '../update/diagram.ts'
import type { Offer } from '../update/facts.ts'
import type { Commander, Ports } from '../update/ports.ts'
import { failureOf, UpdateError } from '../update-error.ts'
import { type Component, checkOrder } from './check-order.ts'
import { fetchImage } from './fetch-image.ts'
import { noOrder, type Order, ordered, sameUpdates } from './order.ts'
import { statusOf } from './status-of.ts'

/** What the update manager stands on. `nodeId`, `priority`, `component`: how the device is known in its unit. */
export interface ManagerPorts {
  nodeId: string
  priority: number
  component: Component
  journal: Journal<Order>
  clock: Clock
  files: Files
  fetcher: Pick<Fetcher, 'package'>
  log: Log
}

type Machine = Pick<Runner<Agent, Ports>, 'order' | 'watch' | 'state'>
type Kind = UpdateCommand['kind']

const aliveEveryMs = 30_000
const saveAgain = { firstMs: 1_000, longestMs: 60_000 }

/** In which states a command is obeyed (aoscore.md 7.1). */
const obeyedIn: Record<Kind, readonly Order['state'][]> = {
  prepare: ['idle'],
  start: ['prepared'],
  apply: ['updated'],
  revert: ['prepared', 'updated', 'failed'],
}

/** Of the package that waits for the unit's word, or is on trial. */
function uidOf(state: AgentState): string | undefined {
  if (state.at === 'staged' || state.at === 'install') return state.offer.uid
  return state.at === 'reboot' || state.at === 'trying' ? state.uid : undefined
}

/** Where the agent is when nothing is going on. */
const resting: readonly AgentState['at'][] = ['entry_point', 'park', 'poll', 'probe']

/**
 * The device agent under a unit's command: updatemanager.v2 on one side, the agent's machine on the other. What was ordered
 * is on disk before it is carried out; which command is done follows from where the machine arrives, also after a restart.
 */
export class UpdateManager implements Commander {
  readonly #ports: ManagerPorts
  readonly #listeners = new Set<(status: UpdateManagerStatus) => void>()
  #order: Order
  readonly #hasNoRecord: boolean
  #machine: Machine | undefined
  /** Wakes those who wait for the unit's word. */
  #changed = Promise.withResolvers<void>()
  #turn: Promise<void> = Promise.resolve()
  readonly #ends = new AbortController()
  /** The machine has taken the image that is being prepared; what it does before is not about it. */
  #taken = false

  private constructor(ports: ManagerPorts, order: Order | undefined) {
    this.#ports = ports
    this.#order = order ?? noOrder
    this.#hasNoRecord = order === undefined
  }

  static async open(ports: ManagerPorts): Promise<UpdateManager> {
    return new UpdateManager(ports, await ports.journal.load())
  }

  status(): UpdateManagerStatus {
    return statusOf(this.#order, this.#ports.component, this.#ports)
  }

  /** Hears every answer; the returned function ends it. */
  listen(listener: (status: UpdateManagerStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins to command the machine. `found`: where its journal says it is; before it runs. */
  async command(machine: Machine, found: AgentState | undefined): Promise<void> {
    this.#machine = machine
    machine.watch((news) => this.#heard(news))
    if (this.#hasNoRecord && found) await this.#adopt(found)
    await this.#settle(found ?? { at: 'entry_point' })
  }

  /** Takes a command; answers come to those who listen. One that does not fit the state has no answer. */
  obey(command: UpdateCommand): void {
    this.#later(() => this.#obey(command))
  }

  /** Ends what is under way inside the process. */
  leave(): void {
    this.#ends.abort(new DOMException('the agent ends', 'AbortError'))
  }

  async mayInstall({ uid }: Offer, stop: AbortSignal, waits: (why: string) => void): Promise<void> {
    while (!(this.#order.doing === 'start' && this.#order.uid === uid)) {
      waits('the unit has not said that it may be installed')
      await this.#word(stop)
    }
  }

  /** @throws UpdateError `taken_back` when the unit says so, `validate_failed` when another version runs than was ordered */
  async mayKeep(uid: string, stop: AbortSignal, alive: () => unknown): Promise<void> {
    const takenBack = () => new UpdateError('taken_back', 'the unit takes the update back')
    // A restart that came late leads into what the unit does not want any more.
    if (this.#order.takenBack === uid) throw takenBack()
    if (this.#order.doing === 'start') await this.#next(() => this.#arrived(uid))
    for (;;) {
      await alive()
      if (this.#order.uid !== uid || this.#order.doing === 'apply') return
      if (this.#order.doing === 'revert') throw takenBack()
      await Promise.race([this.#word(stop), this.#ports.clock.sleep(aliveEveryMs, stop)])
    }
  }

  async #obey(command: UpdateCommand): Promise<void> {
    const { doing, state, updates } = this.#order
    const { kind } = command
    const isSame = kind !== 'prepare' || sameUpdates(updates, command.components.map(ordered))
    if (doing === kind && isSame) return
    if (doing === null && isSame && this.#isDone(kind)) return this.#tell()
    if (doing !== null || !obeyedIn[kind].includes(state)) {
      this.#ports.log.warning('command of the unit not obeyed', { command: kind, state, doing: doing ?? 'nothing' })
      return
    }
    this.#ports.log.info('command of the unit', { command: kind, state })
    if (kind === 'prepare') await this.#prepare(command)
    else await this.#carryOut(kind)
  }

  /** A unit that lost the answer asks again. */
  #isDone(kind: Kind): boolean {
    return (
      (kind === 'prepare' && this.#order.state === 'prepared') || (kind === 'start' && this.#order.state === 'updated')
    )
  }

  async #prepare({ components }: Extract<UpdateCommand, { kind: 'prepare' }>): Promise<void> {
    const { component } = this.#ports
    const updates = components.map(ordered)
    this.#taken = false
    await this.#save({ ...noOrder, doing: 'prepare', updates, before: component.version })
    const checked = checkOrder(updates, component)
    if ('trouble' in checked) return this.#finish({ ...this.#order, state: 'failed', ...checked })
    // The unit's word goes on being heard while the image comes.
    void this.#stage(checked.update, this.#ends.signal)
  }

  /** Leads the machine to `staged`; where it arrives is heard from its moves. Never rejects. */
  async #stage(update: Order['updates'][number], stop: AbortSignal): Promise<void> {
    try {
      const source = await fetchImage(update, this.#ports, stop)
      await this.#makeRoom(stop)
      const verdict = await this.#machine?.order({ on: 'install_file', source })
      if (!verdict?.accepted) throw new UpdateError('target_busy', `the agent is busy: ${verdict?.at ?? 'ended'}`)
    } catch (error) {
      if (!stop.aborted) this.#later(() => this.#failed(failureOf(error).message))
    }
  }

  /** What waits to be installed and was not ordered by the unit gives way. */
  async #makeRoom(stop: AbortSignal): Promise<void> {
    const machine = this.#machine
    for (let tries = 0; machine && !resting.includes(machine.state.at) && tries < 60; tries++) {
      await machine.order({ on: 'abort' })
      if (!resting.includes(machine.state.at)) await this.#ports.clock.sleep(1_000, stop)
    }
  }

  async #carryOut(kind: Exclude<Kind, 'prepare'>): Promise<void> {
    await this.#save({ ...this.#order, doing: kind, trouble: null })
    this.#wake()
    if (kind !== 'revert') return
    const at = this.#machine?.state.at
    if (at === 'staged') await this.#machine?.order({ on: 'abort' })
    else if (at === undefined || resting.includes(at)) await this.#finish({ ...this.#order, state: 'idle' })
  }

  /** The new set runs and is healthy. */
  async #arrived(uid: string): Promise<void> {
    const [update] = this.#order.updates
    const { version } = this.#ports.component
    if (this.#order.doing !== 'start' || this.#order.uid !== uid || !update) return
    if (version !== update.version) {
      const text = `versions mismatch in request ${update.version} and updated module ${version}`
      throw new UpdateError('validate_failed', text)
    }
    await this.#finish({ ...this.#order, uid, state: 'updated' })
  }

  #heard(news: News<Agent>): void {
    if (news.kind !== 'moved') return
    const { from, to, event } = news
    if (to.at === 'prepare_local_install') this.#taken = true
    if (from.at === to.at || (resting.includes(from.at) && resting.includes(to.at))) return
    this.#later(() => this.#moved(to, event.on))
  }

  /** What an arrival means for the command under way. */
  async #moved(to: AgentState, on: string): Promise<void> {
    const { doing, state } = this.#order
    if (doing === 'prepare' && !this.#taken) return
    if (doing === 'revert') {
      if (resting.includes(to.at)) await this.#finish({ ...this.#order, state: 'idle' })
    } else if (to.at === 'staged' && doing === 'prepare') {
      await this.#finish({ ...this.#order, state: 'prepared', uid: to.offer.uid })
    } else if (to.at === 'error') {
      await this.#failed(to.trouble.message)
    } else if (doing === 'apply' && resting.includes(to.at)) {
      await this.#applied(on === 'confirmed')
    } else if (resting.includes(to.at) && (doing !== null || state === 'prepared' || state === 'updated')) {
      await this.#failed(`the update did not come about: ${on.replaceAll('_', ' ')}`)
    }
  }

  async #applied(isConfirmed: boolean): Promise<void> {
    const trouble = isConfirmed ? null : 'the new version did not stay'
    await this.#finish({ ...this.#order, state: 'idle', trouble })
  }

  /** While it applies, it ends idle and says why; otherwise it has failed, until the unit takes the update back. */
  async #failed(message: string): Promise<void> {
    const { doing, state, updates } = this.#order
    if (doing === null && state !== 'prepared' && state !== 'updated') return
    const troubles = updates.map(({ componentId, componentType, version }) => {
      return { componentId, componentType, version, message }
    })
    await this.#finish({ ...this.#order, state: doing === 'apply' ? 'idle' : 'failed', troubles, trouble: message })
  }

  /** An update is under way and its order is not there any more. It must not be kept without the unit: that will take it back. */
  async #adopt(found: AgentState): Promise<void> {
    const uid = uidOf(found)
    if (uid === undefined) return
    const trouble = `the record of what the unit ordered is lost, and package ${uid} is in ${found.at}`
    this.#ports.log.error('order of the unit lost', { package: uid, state: found.at })
    await this.#save({ ...noOrder, state: 'failed', uid, trouble })
  }

  /** After a restart: what became of the command that was under way, by where the machine stands. */
  async #settle(found: AgentState): Promise<void> {
    const { doing, state } = this.#order
    const rests = resting.includes(found.at)
    if (doing === 'prepare') await this.#save({ ...this.#order, doing: null, updates: [] })
    else if (found.at === 'error' && doing !== 'revert') await this.#failed(found.trouble.message)
    else if (found.at === 'staged' && doing === 'revert') void this.#machine?.order({ on: 'abort' })
    else if (!rests) return
    else if (doing === 'revert') await this.#finish({ ...this.#order, state: 'idle' })
    else if (doing === 'apply') await this.#applied(this.#order.updates[0]?.version === this.#ports.component.version)
    else if (doing !== null || state === 'prepared' || state === 'updated') {
      await this.#failed('the update did not come about')
    }
  }

  async #finish(order: Order): Promise<void> {
    const rests = order.state === 'idle' && { updates: [], uid: '', before: '' }
    const takenBack = order.doing === 'revert' ? order.uid : ''
    await this.#save({ ...order, doing: null, ...rests, takenBack })
    this.#ports.log.info('told the unit', { state: order.state, ...(order.trouble !== null && { why: order.trouble }) })
    this.#wake()
    this.#tell()
  }

  /** A disk that does not take it now is asked again: what is not written down must not be told. */
  async #save(order: Order): Promise<void> {
    for (let waitMs = saveAgain.firstMs; ; waitMs = Math.min(2 * waitMs, saveAgain.longestMs)) {
      try {
        await this.#ports.journal.save(order)
        break
      } catch (error) {
        this.#ports.log.error('the order is not on disk yet', { why: failureOf(error).message })
        await this.#ports.clock.sleep(waitMs, this.#ends.signal)
      }
    }
    this.#order = order
  }

  #tell(): void {
    const status = this.status()
    for (const listener of this.#listeners) listener(status)
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  async #word(stop: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>()
    const abort = () => aborted.reject(stop.reason)
    stop.throwIfAborted()
    stop.addEventListener('abort', abort)
    try {
      await Promise.race([this.#changed.promise, aborted.promise])
    } finally {
      stop.removeEventListener('abort', abort)
    }
  }

  #later(work: () => Promise<void>): void {
    this.#next(work).catch((error: unknown) => {
      if (!this.#ends.signal.aborted) this.#ports.log.error('the unit is not told', { why: failureOf(error).message })
    })
  }

  /** One thing after the other: commands and arrivals change the same order. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.then(
      () => {},
      () => {},
    )
    return turn
  }
}
