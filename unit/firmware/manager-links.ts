import type { UpdateCommand, UpdateManagerStatus } from '@windlass/model/unit'
import { type Link, type Log, RpcError } from '@windlass/platform'

type UpdateManagerLink = Link<UpdateManagerStatus, UpdateCommand>

/** An update manager as it last spoke. */
export interface Manager {
  status: UpdateManagerStatus
  /** Absent while it is away. `answered`: it spoke since it was told something last. */
  link?: { stream: UpdateManagerLink; told: UpdateCommand['kind'] | undefined }
}

/** Who may register as which node. */
export interface Admission {
  /** A node of this unit that has an update manager. */
  expects(nodeId: string): boolean
  /** Why the holder of this certificate may not speak for the node; undefined where it may. */
  refuses(peerName: string | undefined, nodeId: string): string | undefined
}

/**
 * The streams of all update managers (aoscore.md 7.3): the first message registers, a later stream of the same node takes
 * the place of the one before, nodes that nobody knows are sent away.
 */
export class ManagerLinks {
  readonly #managers = new Map<string, Manager>()
  readonly #watchers = new Set<() => void>()
  readonly #admission: Admission
  readonly #log: Log

  constructor(admission: Admission, log: Log) {
    this.#admission = admission
    this.#log = log
  }

  /** Higher priority first, equal ones by node. */
  list(): readonly Manager[] {
    const byPriority = (one: Manager, other: Manager) =>
      other.status.priority - one.status.priority || (one.status.nodeId < other.status.nodeId ? -1 : 1)
    return [...this.#managers.values()].sort(byPriority)
  }

  find(nodeId: string): Manager | undefined {
    return this.#managers.get(nodeId)
  }

  /** Calls back after every change, until the function it returned is called. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  tell(manager: Manager, command: UpdateCommand): void {
    if (!manager.link) return
    this.#log.info('update manager told', { node: manager.status.nodeId, command: command.kind })
    manager.link.told = command.kind
    manager.link.stream.send(command)
  }

  /** Listens to one stream until it ends. Never rejects. */
  async attend(stream: UpdateManagerLink): Promise<void> {
    let nodeId: string | undefined
    try {
      for await (const message of stream) {
        if (message instanceof Error)
          this.#log.warning('message of an update manager dropped', { why: message.message })
        else if (nodeId === undefined) {
          nodeId = message.nodeId
          this.#register(stream, message)
        } else this.#heard(stream, nodeId, message)
      }
      stream.close()
    } catch (error) {
      stream.close(
        error instanceof RpcError ? error : new RpcError('internal', 'the unit could not go on with this stream'),
      )
      if (!(error instanceof RpcError && error.code === 'refused'))
        this.#log.info('update manager lost', { node: nodeId, why: String(error) })
    }
    if (nodeId !== undefined) this.#left(stream, nodeId)
  }

  /** Forgets managers of nodes that are not expected any more. */
  prune(): void {
    for (const [nodeId, { link }] of this.#managers) {
      if (this.#admission.expects(nodeId)) continue
      this.#managers.delete(nodeId)
      link?.stream.close(new RpcError('refused', `node ${nodeId} has no update manager any more`))
      this.#changed()
    }
  }

  #register(stream: UpdateManagerLink, status: UpdateManagerStatus): void {
    const { nodeId } = status
    const refusal = this.#admission.expects(nodeId)
      ? this.#admission.refuses(stream.peerName, nodeId)
      : `expected a node with an update manager, got ${nodeId}`
    if (refusal !== undefined) {
      this.#log.warning('update manager refused', { node: nodeId, why: refusal })
      throw new RpcError('refused', refusal)
    }
    const before = this.#managers.get(nodeId)?.link
    this.#managers.set(nodeId, { status, link: { stream, told: undefined } })
    before?.stream.close(new RpcError('wrong_state', `node ${nodeId} registered again`))
    this.#log.info('update manager registered', { node: nodeId, priority: status.priority, state: status.state })
    this.#changed()
  }

  #heard(stream: UpdateManagerLink, nodeId: string, status: UpdateManagerStatus): void {
    const manager = this.#managers.get(nodeId)
    if (manager?.link?.stream !== stream) return
    // The same state again is no answer: some programs repeat themselves while they work.
    if (status.state !== manager.status.state) manager.link.told = undefined
    manager.status = { ...status, nodeId }
    this.#changed()
  }

  #left(stream: UpdateManagerLink, nodeId: string): void {
    const manager = this.#managers.get(nodeId)
    if (manager?.link?.stream !== stream) return
    delete manager.link
    this.#changed()
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
