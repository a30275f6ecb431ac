import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import type { Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import { type Attachment, addressOf, hostsFile, type Names, namesFor, placeFor, poolsInRoutes } from './attachment.ts'
import { firewallRules } from './firewall.ts'
import type { Attached, Network, NetworkWants, Traffic } from './network.ts'

/**
 * A bridge for each owner, a namespace with one end of a veth pair for each instance, nftables between them, by `ip` and `nft`.
 * What is attached is remembered in `folder`, in memory like the devices themselves. Addresses are this node's own affair.
 */
export class BridgeNetwork implements Network {
  readonly #folder: string
  readonly #processes: Processes
  readonly #names: Names
  /** Places are given one at a time: each needs to know all the others. */
  #last: Promise<unknown> = Promise.resolve()
  #telling: Promise<void> | undefined

  constructor(folder: string, nodeId: string, processes: Processes) {
    this.#folder = folder
    this.#names = namesFor(nodeId)
    this.#processes = processes
  }

  async attach(wants: NetworkWants): Promise<Attached> {
    const place = await this.#inTurn(async () => {
      const before = await this.#attachments()
      if (before.some((other) => other.wants.id === wants.id)) await this.#unplug(wants.id)
      const others = before.filter((other) => other.wants.id !== wants.id)
      const isFirst = !others.some((other) => other.wants.ownerId === wants.ownerId)
      const place = placeFor(wants, others, isFirst ? await this.#takenPools(others) : new Set())
      if (!place) throw new ServicesError('no_space', `network: no address is left for owner ${wants.ownerId}`)
      await writeFile(join(this.#folder, `${wants.id}.json`), JSON.stringify(place))
      if (isFirst) await this.#bridge(place)
      return place
    })
    await this.#plug(place)
    await this.#tell()
    return { namespacePath: `/run/netns/${this.#names.namespace(wants.id)}`, hostsPath: this.#hostsPath(wants.ownerId) }
  }

  async detach(id: string): Promise<void> {
    const gone = await this.#inTurn(async () => {
      const before = await this.#attachments()
      const mine = before.find(({ wants }) => wants.id === id)
      if (!mine) return false
      await this.#unplug(id)
      await rm(join(this.#folder, `${id}.json`), { force: true })
      const { ownerId } = mine.wants
      if (before.some((other) => other !== mine && other.wants.ownerId === ownerId)) return true
      await this.#try(['link', 'del', this.#names.bridge(ownerId)])
      await rm(this.#hostsPath(ownerId), { force: true })
      return true
    })
    if (gone) await this.#tell()
  }

  async keep(ids: ReadonlySet<string>): Promise<void> {
    for (const { wants } of await this.#attachments()) if (!ids.has(wants.id)) await this.detach(wants.id)
  }

  async traffic(id: string): Promise<Traffic | undefined> {
    const count = async (name: string) =>
      Number(await readFile(`/sys/class/net/${this.#names.veth(id)}/statistics/${name}`, 'utf8'))
    try {
      // What the host's end sends is what the instance receives.
      return { download: await count('tx_bytes'), upload: await count('rx_bytes') }
    } catch {
      return undefined
    }
  }

  async #bridge(place: Attachment): Promise<void> {
    const bridge = this.#names.bridge(place.wants.ownerId)
    if (!(await this.#try(['link', 'add', bridge, 'type', 'bridge']))) return
    await this.#ip([], [`address add ${gatewayOf(place)}/16 dev ${bridge}`, `link set ${bridge} up`])
  }

  async #plug(place: Attachment): Promise<void> {
    const { id, ownerId } = place.wants
    const [bridge, veth, space] = [this.#names.bridge(ownerId), this.#names.veth(id), this.#names.namespace(id)]
    const outside = [
      `netns add ${space}`,
      `link add ${veth} type veth peer name eth0 netns ${space}`,
      `link set ${veth} master ${bridge} up`,
    ]
    const inside = [
      'link set lo up',
      `address add ${addressOf(place)}/16 dev eth0`,
      'link set eth0 up',
      `route add default via ${gatewayOf(place)}`,
    ]
    try {
      await this.#ip([], outside)
    } catch {
      // Something of that name was left by a process that was killed.
      await this.#unplug(id)
      await this.#ip([], outside)
    }
    await this.#ip(['-n', space], inside)
  }

  async #unplug(id: string): Promise<void> {
    await this.#try(['link', 'del', this.#names.veth(id)])
    if (await this.#try(['netns', 'del', this.#names.namespace(id)])) return
    // Where nothing is mounted any more, the name alone is in the way.
    await rm(join('/run/netns', this.#names.namespace(id)), { force: true }).catch(() => undefined)
  }

  /** Those who change something at the same time are told of once. */
  #tell(): Promise<void> {
    this.#telling ??= this.#inTurn(async () => {
      this.#telling = undefined
      await this.#tellAll(await this.#attachments())
    })
    return this.#telling
  }

  /** Brings rules and names up to date for everybody. Files are written in place: services have them open. */
  async #tellAll(all: readonly Attachment[]): Promise<void> {
    await writeFile('/proc/sys/net/ipv4/ip_forward', '1')
    await this.#call({ command: 'nft', args: ['-f', '-'], input: Buffer.from(firewallRules(all, this.#names)) })
    await mkdir(join(this.#folder, 'hosts'), { recursive: true })
    for (const ownerId of new Set(all.map(({ wants }) => wants.ownerId))) {
      await writeFile(this.#hostsPath(ownerId), hostsFile(ownerId, all))
    }
  }

  #hostsPath(ownerId: string): string {
    return join(this.#folder, 'hosts', this.#names.bridge(ownerId))
  }

  async #attachments(): Promise<Attachment[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o711 })
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'))
    const texts = await Promise.all(names.map((name) => readFile(join(this.#folder, name), 'utf8')))
    return texts.flatMap((text) => readAttachment(text) ?? [])
  }

  async #takenPools(others: readonly Attachment[]): Promise<Set<number>> {
    const { stdout } = await this.#processes.run({ command: 'ip', args: ['-4', 'route', 'show', 'table', 'all'] })
    const own = new Set(others.map(({ wants }) => this.#names.bridge(wants.ownerId)))
    return poolsInRoutes(
      stdout
        .split('\n')
        .filter((line) => ![...own].some((bridge) => line.includes(bridge)))
        .join('\n'),
    )
  }

  async #ip(options: readonly string[], lines: readonly string[]): Promise<void> {
    await this.#call({ command: 'ip', args: [...options, '-batch', '-'], input: Buffer.from(`${lines.join('\n')}\n`) })
  }

  /** Whether it worked: many things are there already, or gone already. */
  async #try(args: readonly string[]): Promise<boolean> {
    return (await this.#processes.run({ command: 'ip', args })).code === 0
  }

  async #call(command: { command: string; args: readonly string[]; input: Uint8Array }): Promise<void> {
    const how = await this.#processes.run(command)
    if (how.code !== 0) throw new ServicesError('runtime', `network: ${command.command}: ${how.stderr.trim()}`)
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return await turn
  }
}

/** The bridge's own address. */
function gatewayOf({ pool }: Attachment): string {
  return addressOf({ pool, host: 1 })
}

/** Half of one, of a machine that was switched off, counts as none. */
function readAttachment(text: string): Attachment | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isAttachment(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isAttachment(value: unknown): value is Attachment {
  return typeof value === 'object' && value !== null && 'wants' in value && 'pool' in value && 'host' in value
}
