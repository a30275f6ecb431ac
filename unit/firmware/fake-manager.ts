import type { ComponentStatus, ComponentUpdate, UpdateCommand, UpdateManagerStatus } from '@windlass/model/unit'
import type { Link } from '@windlass/platform'
import { type LinkPair, linkPair } from '@windlass/platform/fakes'

type Pair = LinkPair<UpdateManagerStatus, UpdateCommand>
export type FakeAnswer = 'obey' | 'fail' | 'reboot' | 'say nothing'

/** An update manager that obeys, unless told otherwise; what it knows survives a lost stream, as on disk. */
export class FakeManager {
  readonly nodeId: string
  readonly heard: string[] = []
  /** What it does with a command of this kind; otherwise it obeys. */
  readonly answers: Partial<Record<UpdateCommand['kind'], FakeAnswer>> = {}
  priority = 0
  state: UpdateManagerStatus['state'] = 'idle'
  installed: Map<string, string>
  lastCall: UpdateCommand | undefined
  #updates: readonly ComponentUpdate[] = []
  #errors: readonly ComponentStatus[] = []
  #pair: Pair | undefined
  readonly #diary: string[]

  /** @param diary where everything that managers hear is written, in order */
  constructor(nodeId: string, installed: Record<string, string>, diary: string[] = []) {
    this.nodeId = nodeId
    this.installed = new Map(Object.entries(installed))
    this.#diary = diary
  }

  status(): UpdateManagerStatus {
    const known = [...this.installed].map(([componentId, version]) => entry(componentId, version, 'installed'))
    const coming = this.#updates
      .filter((update) => !this.#errors.some(({ componentId }) => componentId === update.componentId))
      .map(({ componentId, version }) => entry(componentId, version, 'installing'))
    const components = [...known, ...coming, ...this.#errors]
    return { nodeId: this.nodeId, priority: this.priority, state: this.state, components }
  }

  /** Registers over a new stream; gives the unit's end of it. */
  dial(peerName?: string): Link<UpdateManagerStatus, UpdateCommand> {
    const pair = linkPair<UpdateManagerStatus, UpdateCommand>(peerName)
    this.#pair = pair
    void this.#listen(pair)
    pair.near.send(this.status())
    return pair.far
  }

  cut(): void {
    this.#pair?.cable.cut()
  }

  say(state: UpdateManagerStatus['state'] = this.state): void {
    this.state = state
    this.#pair?.near.send(this.status())
  }

  async #listen(pair: Pair): Promise<void> {
    try {
      for await (const command of pair.near) if (!(command instanceof Error)) this.#obey(command)
    } catch {
      // Cut or refused: whoever plays this manager dials again.
    }
  }

  #obey(command: UpdateCommand): void {
    this.lastCall = command
    this.heard.push(command.kind)
    this.#diary.push(`${command.kind} ${this.nodeId}`)
    const answer = this.answers[command.kind] ?? 'obey'
    if (command.kind === 'prepare') {
      this.#updates = command.components
      this.#errors = []
    }
    if (answer === 'fail') this.#fail(command.kind)
    else if (answer !== 'say nothing') this.#carryOut(command.kind)
    if (answer === 'reboot') this.cut()
    else if (answer !== 'say nothing') this.say()
  }

  #carryOut(kind: UpdateCommand['kind']): void {
    this.state = ({ prepare: 'prepared', start: 'updated', apply: 'idle', revert: 'idle' } as const)[kind]
    if (kind === 'apply') for (const { componentId, version } of this.#updates) this.installed.set(componentId, version)
    if (kind === 'apply' || kind === 'revert') this.#updates = []
  }

  #fail(kind: UpdateCommand['kind']): void {
    this.state = 'failed'
    const error = { aosCode: 1, exitCode: 0, message: `${kind} broke` }
    this.#errors = this.#updates.map(({ componentId, version }) => ({ ...entry(componentId, version, 'error'), error }))
  }
}

function entry(componentId: string, version: string, state: ComponentStatus['state']): ComponentStatus {
  return { componentId, componentType: componentId.split('_')[0] ?? componentId, version, state }
}
