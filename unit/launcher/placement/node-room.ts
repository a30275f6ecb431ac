import type { ArchInfo, OsInfo } from '@windlass/model/unit'
import { amountOn, type Demand } from './demand.ts'
import type { Site } from './input.ts'
import { isOverloaded, keptBack, type Load, noLoad } from './load.ts'

/** A runtime, or a component of an update manager, and what is free there. */
export interface Place {
  readonly room: NodeRoom
  readonly runtimeId: string
  readonly type: string
  readonly arch: ArchInfo
  readonly os: OsInfo
  readonly byUpdateManager: boolean
  readonly isOpen: boolean
  /** Of the runtime's own quotas; infinite where it has none. */
  own: Load
  slots: number
}

/** What is free on one node. */
export class NodeRoom {
  readonly site: Site
  readonly places: readonly Place[]
  readonly isOverloaded: boolean
  /** Not given to newcomers. */
  readonly keptBack: Load
  readonly resources: Map<string, number>
  free: Load

  constructor(site: Site, rebalance: boolean) {
    const { node } = site
    this.site = site
    this.isOverloaded = rebalance && isOverloaded(site)
    this.keptBack = rebalance ? keptBack(site) : noLoad
    this.free = { cpu: node.maxDmips - this.keptBack.cpu, ram: node.totalRam - this.keptBack.ram }
    this.resources = new Map(node.resources.map(({ name, sharedCount }) => [name, sharedCount || Infinity]))
    this.places = [...this.#runtimes(), ...this.#components()]
  }

  /** What the demand comes to here. */
  asked({ cpu, ram }: Demand): Load {
    const { resourceRatios } = this.site.config
    return { cpu: amountOn(cpu, resourceRatios?.cpu), ram: amountOn(ram, resourceRatios?.ram) }
  }

  #runtimes(): Place[] {
    if (this.site.state === 'closed') return []
    const isOpen = this.site.state === 'open'
    return this.site.node.runtimes.map((runtime) => ({
      room: this,
      ...runtime,
      byUpdateManager: false,
      isOpen,
      own: { cpu: runtime.allowedDmips ?? Infinity, ram: runtime.allowedRam ?? Infinity },
      slots: runtime.maxInstances || Infinity,
    }))
  }

  #components(): Place[] {
    const { components, node } = this.site
    return components.map(({ componentId, componentType }) => ({
      room: this,
      runtimeId: componentId,
      type: componentType,
      arch: node.cpus[0]?.arch ?? { architecture: '' },
      os: node.os,
      byUpdateManager: true,
      isOpen: true,
      own: { cpu: Infinity, ram: Infinity },
      slots: 1,
    }))
  }
}

/** `stays`: what already runs there may use what is kept back from newcomers. */
export function cpuFits({ room, own }: Place, cpu: number, stays = false): boolean {
  return cpu === 0 || cpu <= Math.min(own.cpu, room.free.cpu + (stays ? room.keptBack.cpu : 0))
}

export function ramFits({ room, own }: Place, ram: number, stays = false): boolean {
  return ram === 0 || ram <= Math.min(own.ram, room.free.ram + (stays ? room.keptBack.ram : 0))
}
