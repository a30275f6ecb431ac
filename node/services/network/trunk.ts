import type { Log, Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import type { Segment } from './attachment.ts'
import { devicesIn } from './uplink.ts'

/** `vlan`: as AosCore, IEEE 802.1Q on the wire between the nodes. `vxlan`: the same in UDP, for kernels and networks without VLANs. */
export type TrunkKind = 'vlan' | 'vxlan'

export interface TrunkPorts {
  processes: Processes
  log: Log
  /** The device that leads to the other nodes. */
  uplink: () => Promise<string | undefined>
}

const multicastGroup = '239.76.87.1'
const vxlanPort = 4789
const vxlanHeader = 50

/** Ties this node's bridges to those of the same networks on the unit's other nodes. */
export class Trunk {
  readonly #kind: TrunkKind
  readonly #ports: TrunkPorts
  #uplink: Promise<string | undefined> | undefined

  constructor(kind: TrunkKind, ports: TrunkPorts) {
    this.#kind = kind
    this.#ports = ports
  }

  /** Looked for until it is found. */
  async uplink(): Promise<string | undefined> {
    this.#uplink ??= this.#ports.uplink().catch(() => undefined)
    const found = await this.#uplink
    if (found === undefined) this.#uplink = undefined
    return found
  }

  /**
   * Makes the device of that name, and a port of the bridge. One that is there is fine. Without it services of this node reach
   * one another and what is outside, but not those of other nodes; that is said.
   * @returns the largest packet that passes, in bytes
   */
  async lay({ vlanId, subnet }: Segment, bridge: string, name: string): Promise<number | undefined> {
    const { processes, log } = this.#ports
    const uplink = await this.uplink()
    if (uplink === undefined || vlanId === undefined) return undefined
    const lines = [...this.#device(uplink, vlanId, name), `link set ${name} master ${bridge} up`]
    const isThere = (await processes.run({ command: 'ip', args: ['link', 'show', name] })).code === 0
    const input = Buffer.from(`${lines.slice(isThere ? 1 : 0).join('\n')}\n`)
    const { code, stderr } = await processes.run({ command: 'ip', args: ['-batch', '-'], input })
    if (code !== 0) {
      log.error('a network does not reach other nodes', {
        subnet,
        uplink,
        trunk: this.#kind,
        why: stderr.trim(),
        next: 'a kernel with 802.1Q, or windlass.trunk "vxlan" in the settings of all nodes',
      })
      return undefined
    }
    return await this.#mtu(uplink)
  }

  #device(uplink: string, id: number, name: string): string[] {
    if (!/^[\w.@-]{1,15}$/.test(uplink))
      throw new ServicesError('invalid', `uplink: expected a device, got "${uplink}"`)
    if (this.#kind === 'vlan') return [`link add link ${uplink} name ${name} type vlan id ${id}`]
    return [`link add ${name} type vxlan id ${id} dev ${uplink} group ${multicastGroup} dstport ${vxlanPort}`]
  }

  async #mtu(uplink: string): Promise<number | undefined> {
    const { stdout } = await this.#ports.processes.run({ command: 'ip', args: ['-j', 'link', 'show', uplink] })
    const mtu = devicesIn(stdout)[0]?.mtu
    return mtu === undefined ? undefined : mtu - (this.#kind === 'vxlan' ? vxlanHeader : 0)
  }
}
