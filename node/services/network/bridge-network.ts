import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { type FirewallUpdate, type HeldAddress, instanceKey } from '@windlass/model/unit'
import type { Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import { type Attachment, hostsFile, type Named, type Names, namesFor, type Segment, segmentsOf } from './attachment.ts'
import { firewallRules } from './firewall.ts'
import type { Attached, Network, NetworkWants, Traffic } from './network.ts'
import { ownPlaces } from './own-places.ts'
import type { Span } from './span.ts'
import { devicesIn } from './uplink.ts'

/**
 * A bridge for each owner, a namespace with one end of a veth pair for each instance, nftables between them, by `ip` and `nft`.
 * What is attached is remembered in `folder`, in memory like the devices themselves. With a `span`, bridges are tied to those of
 * the unit's other nodes and the unit gives the addresses; without one they are this node's own affair.
 */
export class BridgeNetwork implements Network {
  readonly #folder: string
  readonly #processes: Processes
  readonly #names: Names
  readonly #span: Span | undefined
  /** Bridges that this process has seen to, and the largest packet that passes each. */
  readonly #bridges = new Map<string, number | undefined>()
  /** Places are given one at a time: each needs to know all the others. */
  #last: Promise<unknown> = Promise.resolve()
  #telling: Promise<void> | undefined
  #forwards = false
  /** The rules that nft was given last. */
  #rules = ''
  /** This process alone changes the folder. */
  #known: Map<string, Attachment> | undefined

  constructor(folder: string, nodeId: string, processes: Processes, span?: (names: Names) => Span) {
    this.#folder = folder
    this.#names = namesFor(nodeId)
    this.#processes = processes
    this.#span = span?.(this.#names)
  }

  async attach(wants: NetworkWants): Promise<Attached> {
    const attachment = await this.#inTurn(async () => {
      const before = await this.#attachments()
      const former = before.find((other) => other.wants.id === wants.id)
      if (former) await this.#unplug(wants.id)
      const others = before.filter((other) => other !== former)
      const places = this.#span?.places ?? ownPlaces(this.#processes, this.#names)
      const attachment = { wants, ...(await places.take(wants, others, former)) }
      await this.#save(attachment)
      if (former) await this.#removeUnused(former, [...others, attachment])
      for (const segment of segmentsOf([attachment])) await this.#bridge(segment)
      return attachment
    })
    await this.#plug(attachment)
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
      this.#known?.delete(id)
      const others = before.filter((other) => other !== mine)
      await this.#span?.places.giveBack(mine, others)
      await this.#removeUnused(mine, others)
      return true
    })
    if (gone) await this.#tell()
  }

  async keep(ids: ReadonlySet<string>): Promise<void> {
    for (const { wants } of await this.#attachments()) if (!ids.has(wants.id)) await this.detach(wants.id)
    await this.#inTurn(async () => this.#sweep(await this.#attachments()))
  }

  /** Bridges of this node that are nobody's: a process that was killed left them, and each holds a pool of addresses. */
  async #sweep(all: readonly Attachment[]): Promise<void> {
    const used = segmentsOf(all).flatMap(({ subnet }) => [this.#names.bridge(subnet), this.#names.trunk(subnet)])
    const { stdout } = await this.#processes.run({ command: 'ip', args: ['-j', 'link', 'show'] })
    const found = devicesIn(stdout).flatMap(({ ifname }) => ifname ?? [])
    for (const device of found.filter(this.#names.isSegment)) {
      if (used.includes(device)) continue
      this.#bridges.delete(device)
      await this.#try(['link', 'del', device])
    }
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

  async meet(...[calls, until]: Parameters<Network['meet']>): Promise<void> {
    const held = async () => (await this.#attachments()).filter(({ rules }) => rules)
    await this.#span?.meet(calls, until, {
      held: () => this.#inTurn(held),
      grant: (update) => this.#grant(update),
      know: async (addresses) => {
        await this.#inTurn(() => writeFile(this.#elsewhere, JSON.stringify(addresses.map(named))))
        await this.#tell()
      },
    })
  }

  /** What an instance may reach besides, from now on. */
  async #grant({ ident, firewallRules: more }: FirewallUpdate): Promise<void> {
    await this.#inTurn(async () => {
      const all = await this.#attachments()
      const one = all.find(({ wants }) => instanceKey(wants.ident) === instanceKey(ident))
      if (!one?.rules) return
      const rules = [...one.rules, ...more]
      const legs = [...(one.legs ?? []), ...((await this.#span?.legs(more, segmentsOf(all))) ?? [])]
      await this.#save({ ...one, rules, legs })
      for (const segment of legs) await this.#bridge(segment)
    })
    await this.#tell()
  }

  async #bridge(segment: Segment): Promise<void> {
    const { subnet, gateway } = segment
    const bridge = this.#names.bridge(subnet)
    if (this.#bridges.has(bridge)) return
    const isNew = await this.#try(['link', 'add', bridge, 'type', 'bridge'])
    const address = `address replace ${gateway}/${subnet.split('/')[1]} dev ${bridge}`
    await this.#ip([], [address, `link set ${bridge} up`])
    const mtu = await this.#span?.lay(segment, bridge, this.#names.trunk(subnet))
    if (isNew || mtu !== undefined) this.#bridges.set(bridge, mtu)
  }

  async #plug({ wants: { id }, ip, segment: { subnet, gateway } }: Attachment): Promise<void> {
    const [bridge, veth, space] = [this.#names.bridge(subnet), this.#names.veth(id), this.#names.namespace(id)]
    const mtu = this.#bridges.get(bridge)
    const size = mtu === undefined ? '' : ` mtu ${mtu}`
    const outside = [
      `netns add ${space}`,
      `link add ${veth}${size} type veth peer name eth0${size} netns ${space}`,
      `link set ${veth} master ${bridge} up`,
    ]
    const inside = [
      'link set lo up',
      `address add ${ip}/${subnet.split('/')[1]} dev eth0`,
      'link set eth0 up',
      `route add default via ${gateway}`,
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

  async #removeUnused(gone: Attachment, others: readonly Attachment[]): Promise<void> {
    const used = new Set(segmentsOf(others).map(({ subnet }) => subnet))
    for (const { subnet } of segmentsOf([gone]).filter((segment) => !used.has(segment.subnet))) {
      await this.#try(['link', 'del', this.#names.trunk(subnet)])
      await this.#try(['link', 'del', this.#names.bridge(subnet)])
      this.#bridges.delete(this.#names.bridge(subnet))
    }
    const { ownerId } = gone.wants
    if (!others.some(({ wants }) => wants.ownerId === ownerId)) await rm(this.#hostsPath(ownerId), { force: true })
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
    if (!this.#forwards) {
      await this.#call({ command: 'sh', args: ['-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'] })
      this.#forwards = true
    }
    const rules = firewallRules(all, this.#names)
    if (rules !== this.#rules) await this.#call({ command: 'nft', args: ['-f', '-'], input: Buffer.from(rules) })
    this.#rules = rules
    await mkdir(join(this.#folder, 'hosts'), { recursive: true })
    const here = all.map(({ wants, ip }) => ({ ...wants, ip }))
    const known = new Set(here.map(({ ident }) => instanceKey(ident)))
    const everybody = [...here, ...(await this.#namedElsewhere()).filter(({ ident }) => !known.has(instanceKey(ident)))]
    for (const ownerId of new Set(here.map((one) => one.ownerId))) {
      await writeFile(this.#hostsPath(ownerId), hostsFile(ownerId, everybody))
    }
  }

  /** Whom the unit named last; nobody where it never did. */
  async #namedElsewhere(): Promise<Named[]> {
    const text = await readFile(this.#elsewhere, 'utf8').catch(() => '[]')
    return JSON.parse(text) as Named[]
  }

  get #elsewhere(): string {
    return join(this.#folder, 'elsewhere')
  }

  #hostsPath(ownerId: string): string {
    return join(this.#folder, 'hosts', this.#names.bridge(ownerId))
  }

  async #save(attachment: Attachment): Promise<void> {
    const { id } = attachment.wants
    await writeFile(join(this.#folder, `${id}.json`), JSON.stringify(attachment))
    this.#known?.set(id, attachment)
  }

  async #attachments(): Promise<Attachment[]> {
    this.#known ??= new Map((await this.#read()).map((one) => [one.wants.id, one]))
    return [...this.#known.values()]
  }

  async #read(): Promise<Attachment[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o711 })
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'))
    const texts = await Promise.all(names.map((name) => readFile(join(this.#folder, name), 'utf8')))
    return texts.flatMap((text) => readAttachment(text) ?? [])
  }

  async #ip(options: readonly string[], lines: readonly string[]): Promise<void> {
    await this.#call({ command: 'ip', args: [...options, '-batch', '-'], input: Buffer.from(`${lines.join('\n')}\n`) })
  }

  /** Whether it worked: many things are there already, or gone already. */
  async #try(args: readonly string[]): Promise<boolean> {
    return (await this.#processes.run({ command: 'ip', args })).code === 0
  }

  async #call(command: { command: string; args: readonly string[]; input?: Uint8Array }): Promise<void> {
    const how = await this.#processes.run(command)
    if (how.code !== 0) throw new ServicesError('runtime', `network: ${command.command}: ${how.stderr.trim()}`)
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return await turn
  }
}

function named({ ident, networkId, ip }: HeldAddress): Named {
  return { ident, ownerId: networkId, ip }
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
  return typeof value === 'object' && value !== null && 'wants' in value && 'segment' in value && 'ip' in value
}
