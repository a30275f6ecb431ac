import type { InstanceOrder } from '@windlass/model/unit'
import type { Placement } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import type { LauncherPorts } from './ports.ts'

/** Makes the storage folders and state files of instances, once for each that is new or changed. */
export class Folders {
  readonly #ports: Pick<LauncherPorts, 'images' | 'states'>
  readonly #made = new Set<string>()

  constructor(ports: Pick<LauncherPorts, 'images' | 'states'>) {
    this.#ports = ports
  }

  async make({ nodes }: Placement): Promise<void> {
    for (const order of [...nodes.values()].flat()) {
      const { ident, manifestDigest, storagePath, statePath, uid, gid } = order
      const made = JSON.stringify([ident, manifestDigest, uid, gid])
      if ((storagePath === '' && statePath === '') || this.#made.has(made)) continue
      const quotas = await this.#quotasOf(order)
      if (quotas) await this.#ports.states.prepare(ident, quotas, { uid, gid })
      this.#made.add(made)
    }
  }

  /** An item that is not here any more runs from before: its folders are made. */
  async #quotasOf({ ident, version, manifestDigest }: InstanceOrder) {
    try {
      const { variants } = await this.#ports.images.documents(ident.itemId, version)
      return variants.find(({ digest }) => digest === manifestDigest)?.item?.quotas
    } catch (error) {
      if (error instanceof UnitError && error.code === 'item_unknown') return undefined
      throw error
    }
  }
}
