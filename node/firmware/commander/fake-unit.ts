import type { ComponentUpdate, UpdateCommand, UpdateManagerStatus } from '@windlass/model/unit'
import type { Link, RpcHandlers, RpcServer } from '@windlass/platform'
import { FakeRpc } from '@windlass/platform/fakes'
import { updateManagerMethods } from '@windlass/wire/aoscore-update-manager'

const address = 'unit:8091'

/** A communication manager that only hears and says what a test tells it to. */
export class FakeUnit {
  readonly rpc = new FakeRpc()
  readonly settings = {
    communicationManager: address,
    tls: null,
    nodeId: 'node-a',
    priority: 3,
    componentType: 'rootfs',
    componentId: 'rootfs_m1',
  }
  registrations = 0
  readonly #heard: UpdateManagerStatus[] = []
  #link: Link<UpdateManagerStatus, UpdateCommand> | undefined
  #wake: () => void = () => {}

  listen(): Promise<RpcServer> {
    return this.rpc.listen(address, null, this.answers())
  }

  /** For a server of another kind. */
  answers(): (handlers: RpcHandlers) => void {
    return (on) => on.stream(updateManagerMethods.register, (link) => void this.#attend(link))
  }

  say(command: UpdateCommand): void {
    this.#link?.send(command)
  }

  cut(): void {
    this.rpc.cut(address)
  }

  /** The next status that was not asked for yet. */
  async next(): Promise<UpdateManagerStatus> {
    for (;;) {
      const status = this.#heard.shift()
      if (status) return status
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Passes over what comes before it. */
  async until(state: UpdateManagerStatus['state']): Promise<UpdateManagerStatus> {
    for (;;) {
      const status = await this.next()
      if (status.state === state) return status
    }
  }

  get unheard(): readonly UpdateManagerStatus[] {
    return this.#heard
  }

  async #attend(link: Link<UpdateManagerStatus, UpdateCommand>): Promise<void> {
    this.#link = link
    this.registrations++
    try {
      for await (const status of link) {
        if (status instanceof Error) throw status
        this.#heard.push(status)
        this.#wake()
      }
      link.close()
    } catch {
      // Cut: the device dials again.
    }
  }
}

/** A whole order for the device's component. */
export function orderFor(file: Pick<ComponentUpdate, 'url' | 'sha3' | 'size'>, version: string): ComponentUpdate {
  return { componentId: 'rootfs_m1', componentType: 'rootfs', version, annotations: '', ...file }
}
