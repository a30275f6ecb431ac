import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { type FirewallUpdate, type HeldAddress, instanceKey } from '@windlass/model/unit'
import type { Processes } from '@windlass/platform'
import { Together } from '../together.ts'
import { type Attachment, hostsFile, type Named, type Names, namesFor, type Segment, segmentsOf } from './attachment.ts'
import { Attachments } from './attachments.ts'
import { firewallRules } from './firewall.ts'
import type { Attached, Network, NetworkWants, Traffic } from './network.ts'
import { ownPlaces } from './own-places.ts'
import type { Places } from './places.ts'
import type { Span } from './span.ts'
import { type Plug, Wires } from './wires.ts'

/**
 * A bridge for each owner, a namespace with one end of a veth pair for each instance, nftables between them.
 * What is attached is remembered in `folder`, in memory like the devices themselves. With a `span`, bridges are tied to those of
 * the unit's other nodes and the unit gives the addresses; without one they are this node's own affair.
 */
export class BridgeNetwork implements Network {
  readonly #folder: string
  readonly #names: Names
  readonly #attachments: Attachments
  readonly #wires: Wires
  readonly #span: Span | undefined
  readonly #places: Places
  /** Bridges that this process has seen to, and the largest packet that passes each. */
  readonly #bridges = new Map<string, number | undefined>()
  /** Places are given one at a time: each needs to know all the others. */
  #last: Promise<unknown> = Promise.resolve()
  readonly #changes = new Together<Attachment | undefined>((waiting) => this.#bringUpToDate(waiting))
  /** The rules that nft was given last. */
  #rules = ''

  constructor(folder: string, nodeId: string, processes: Processes, span?: (names: Names) => Span) {
    this.#folder = folder
    this.#names = namesFor(nodeId)
    this.#attachments = new Attachments(folder)
    this.#wires = new Wires(this.#names, processes)
    this.#span = span?.(this.#names)
    this.#places = this.#span?.places ?? ownPlaces(processes, this.#names)
  }

  async attach(wants: NetworkWants): Promise<Attached> {
    const attachment = await this.#inTurn(async () => {
      const before = await this.#attachments.all()
      const former = before.find((other) => other.wants.id === wants.id)
      if (former) await this.#wires.unplug(wants.id)
      const others = before.filter((other) => other !== former)
      const attachment = { wants, ...(await this.#places.take(wants, others, former)) }
      await this.#attachments.save(attachment)
      if (former) await this.#removeUnused(former, [...others, attachment])
      for (const segment of segmentsOf([attachment])) await this.#bridge(segment)
      return attachment
    })
    await this.#plug(attachment)
    return { namespacePath: `/run/netns/${this.#names.namespace(wants.id)}`, hostsPath: this.#hostsPathFor(wants) }
  }

  async detach(id: string): Promise<void> {
    const gone = await this.#inTurn(async () => {
      const before = await this.#attachments.all()
      const mine = before.find(({ wants }) => wants.id === id)
      if (!mine) return false
      await this.#wires.unplug(id)
      await this.#attachments.forget(id)
      if (mine.wants.hosts) await rm(this.#hostsPathFor(mine.wants), { force: true })
      const others = before.filter((other) => other !== mine)
      await this.#places.giveBack(mine, others)
      await this.#removeUnused(mine, others)
      return true
    })
    if (gone) await this.#changes.ask(undefined)
  }

  async keep(ids: ReadonlySet<string>): Promise<void> {
    for (const { wants } of await this.#attachments.all()) if (!ids.has(wants.id)) await this.detach(wants.id)
    await this.#inTurn(async () => this.#sweep(await this.#attachments.all()))
  }

  /** Bridges of this node that are nobody's: a process that was killed left them, and each holds a pool of addresses. */
  async #sweep(all: readonly Attachment[]): Promise<void> {
    const used = segmentsOf(all).flatMap(({ subnet }) => [this.#names.bridge(subnet), this.#names.trunk(subnet)])
    const unused = (await this.#wires.devices()).filter((name) => this.#names.isSegment(name) && !used.includes(name))
    for (const device of unused) this.#bridges.delete(device)
    await this.#wires.remove(...unused)
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
    const held = async () => (await this.#attachments.all()).filter(({ rules }) => rules)
    await this.#span?.meet(calls, until, {
      held: () => this.#inTurn(held),
      grant: (update) => this.#grant(update),
      know: async (addresses) => {
        await this.#inTurn(() => this.#attachments.know(addresses.map(named)))
        await this.#changes.ask(undefined)
      },
    })
  }

  /** What an instance may reach besides, from now on. */
  async #grant({ ident, firewallRules: more }: FirewallUpdate): Promise<void> {
    await this.#inTurn(async () => {
      const all = await this.#attachments.all()
      const one = all.find(({ wants }) => instanceKey(wants.ident) === instanceKey(ident))
      if (!one?.rules) return
      const rules = [...one.rules, ...more]
      const legs = [...(one.legs ?? []), ...((await this.#span?.legs(more, segmentsOf(all))) ?? [])]
      await this.#attachments.save({ ...one, rules, legs })
      for (const segment of legs) await this.#bridge(segment)
    })
    await this.#changes.ask(undefined)
  }

  async #bridge(segment: Segment): Promise<void> {
    const { subnet, gateway } = segment
    const bridge = this.#names.bridge(subnet)
    if (this.#bridges.has(bridge)) return
    const isNew = await this.#wires.bridge(bridge, `${gateway}/${subnet.split('/')[1]}`)
    const mtu = await this.#span?.lay(segment, bridge, this.#names.trunk(subnet))
    if (isNew || mtu !== undefined) this.#bridges.set(bridge, mtu)
  }

  async #plug(attachment: Attachment): Promise<void> {
    try {
      return await this.#changes.ask(attachment)
    } catch {
      // Something of that name was left by a process that was killed: here, or where another was plugged in at the same time.
      await this.#wires.unplug(attachment.wants.id)
      await this.#wires.set([this.#plugOf(attachment)])
    }
    await this.#changes.ask(undefined)
  }

  #plugOf(attachment: Attachment): Plug {
    return { attachment, mtu: this.#bridges.get(this.#names.bridge(attachment.segment.subnet)) }
  }

  async #removeUnused(gone: Attachment, others: readonly Attachment[]): Promise<void> {
    const used = new Set(segmentsOf(others).map(({ subnet }) => subnet))
    for (const { subnet } of segmentsOf([gone]).filter((segment) => !used.has(segment.subnet))) {
      const bridge = this.#names.bridge(subnet)
      await this.#wires.remove(this.#names.trunk(subnet), bridge)
      this.#bridges.delete(bridge)
    }
    const { ownerId } = gone.wants
    if (!others.some(({ wants }) => wants.ownerId === ownerId)) await rm(this.#hostsPath(ownerId), { force: true })
  }

  /** Plugs in those who wait for it; then rules and names for everybody. Files are written in place: services have them open. */
  async #bringUpToDate(waiting: readonly (Attachment | undefined)[]): Promise<void> {
    const all = await this.#attachments.all()
    const plugs = waiting.flatMap((attachment) => (attachment ? [this.#plugOf(attachment)] : []))
    const rules = firewallRules(all, this.#names)
    await this.#wires.set(plugs, rules === this.#rules ? undefined : rules)
    this.#rules = rules
    await mkdir(join(this.#folder, 'hosts'), { recursive: true })
    const here = all.map(({ wants, ip }) => ({ ...wants, ip }))
    const known = new Set(here.map(({ ident }) => instanceKey(ident)))
    const elsewhere = (await this.#attachments.elsewhere()).filter(({ ident }) => !known.has(instanceKey(ident)))
    for (const ownerId of new Set(here.map((one) => one.ownerId))) {
      await writeFile(this.#hostsPath(ownerId), hostsFile(ownerId, [...here, ...elsewhere]))
    }
    for (const { wants } of all.filter((one) => one.wants.hosts)) {
      const names = hostsFile(wants.ownerId, [...here, ...elsewhere], wants.hosts)
      await writeFile(this.#hostsPathFor(wants), names)
    }
  }

  #hostsPath(ownerId: string): string {
    return join(this.#folder, 'hosts', this.#names.bridge(ownerId))
  }

  /** Who has names of his own has a file of his own. */
  #hostsPathFor({ id, ownerId, hosts }: NetworkWants): string {
    return hosts ? join(this.#folder, 'hosts', id) : this.#hostsPath(ownerId)
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
