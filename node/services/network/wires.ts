import { rm } from 'node:fs/promises'
import { join } from 'node:path/posix'
import type { Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import type { Attachment, Names } from './attachment.ts'
import { devicesIn } from './uplink.ts'

/** An instance to be given its end of a pair of devices. */
export interface Plug {
  attachment: Attachment
  /** The largest packet that passes its bridge, in bytes. */
  mtu: number | undefined
}

/** This node's network devices and rules, by `ip` and `nft`. */
export class Wires {
  readonly #names: Names
  readonly #processes: Processes
  #forwards = false

  constructor(names: Names, processes: Processes) {
    this.#names = names
    this.#processes = processes
  }

  /** Makes a bridge, unless it is there, with that address. @returns whether it was made */
  async bridge(name: string, address: string): Promise<boolean> {
    const isNew = await this.#try(['link', 'add', name, 'type', 'bridge'])
    await this.#script([here('ip -batch -', [`address replace ${address} dev ${name}`, `link set ${name} up`])])
    return isNew
  }

  /**
   * Gives instances namespaces and devices, and nft the whole rule set. One shell starts all the programs: from a process of our
   * size each would cost milliseconds. Where it fails nobody was plugged in for certain. @throws ServicesError
   */
  async set(plugs: readonly Plug[], rules?: string): Promise<void> {
    const outside = plugs.flatMap((plug) => this.#outside(plug))
    const inside = plugs.map(({ attachment }) => this.#inside(attachment))
    const forward = this.#forwards ? [] : ['echo 1 >/proc/sys/net/ipv4/ip_forward']
    const firewall = rules === undefined ? [] : [...forward, here('nft -f -', [rules])]
    const parts = [...(plugs.length > 0 ? [here('ip -batch -', outside)] : []), ...inside, ...firewall]
    if (parts.length > 0) await this.#script(parts)
    if (rules !== undefined) this.#forwards = true
  }

  async unplug(id: string): Promise<void> {
    const [veth, space] = [this.#names.veth(id), this.#names.namespace(id)]
    const script = 'ip link del "$1"; exec ip netns del "$2"'
    const { code } = await this.#processes.run({ command: 'sh', args: ['-c', script, 'sh', veth, space] })
    // Where nothing is mounted any more, the name alone is in the way.
    if (code !== 0) await rm(join('/run/netns', space), { force: true }).catch(() => undefined)
  }

  /** The names of all network devices. */
  async devices(): Promise<string[]> {
    const { stdout } = await this.#processes.run({ command: 'ip', args: ['-j', 'link', 'show'] })
    return devicesIn(stdout).flatMap(({ ifname }) => ifname ?? [])
  }

  /** Removes devices; absent is fine. */
  async remove(...devices: readonly string[]): Promise<void> {
    for (const device of devices) await this.#try(['link', 'del', device])
  }

  #outside({ attachment: { wants, segment }, mtu }: Plug): string[] {
    const { id } = wants
    const [bridge, veth, space] = [this.#names.bridge(segment.subnet), this.#names.veth(id), this.#names.namespace(id)]
    const size = mtu === undefined ? '' : ` mtu ${mtu}`
    return [
      `netns add ${space}`,
      `link add ${veth}${size} type veth peer name eth0${size} netns ${space}`,
      `link set ${veth} master ${bridge} up`,
    ]
  }

  #inside({ wants: { id }, ip, segment: { subnet, gateway } }: Attachment): string {
    return here(`ip -n '${this.#names.namespace(id)}' -batch -`, [
      'link set lo up',
      `address add ${ip}/${subnet.split('/')[1]} dev eth0`,
      'link set eth0 up',
      `route add default via ${gateway}`,
    ])
  }

  async #script(parts: readonly string[]): Promise<void> {
    const input = Buffer.from(['set -e', ...parts, ''].join('\n'))
    const { code, stderr } = await this.#processes.run({ command: 'sh', args: ['-s'], input })
    if (code !== 0) throw new ServicesError('runtime', `network: ${stderr.trim()}`)
  }

  /** Whether it worked: many things are there already, or gone already. */
  async #try(args: readonly string[]): Promise<boolean> {
    return (await this.#processes.run({ command: 'ip', args })).code === 0
  }
}

/** A command of a shell with its input. */
function here(command: string, lines: readonly string[]): string {
  return [`${command} <<'end of input'`, ...lines, 'end of input'].join('\n')
}
