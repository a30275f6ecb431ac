import { randomBytes } from 'node:crypto'
import type { Processes } from '@windlass/platform'

export type NodeName = 'main' | 'left' | 'right'
export const nodeNames: readonly NodeName[] = ['main', 'left', 'right']

/** Of the main node, as the others reach it. */
export const mainAddress = '10.123.45.1'
const addresses: Record<NodeName, string> = { main: mainAddress, left: '10.123.45.2', right: '10.123.45.3' }

/** A network namespace a node, on one bridge that leads nowhere else. Needs root. */
export class Namespaces {
  readonly #id = randomBytes(3).toString('hex')
  readonly #processes: Processes

  private constructor(processes: Processes) {
    this.#processes = processes
  }

  static async open(processes: Processes): Promise<Namespaces> {
    const all = new Namespaces(processes)
    await all.#ip('link', 'add', all.#bridge, 'type', 'bridge')
    await all.#ip('link', 'set', all.#bridge, 'up')
    for (const node of nodeNames) await all.#add(node)
    return all
  }

  /** Command and first arguments that start a program on a node. Its process is the program's own. */
  enter(node: NodeName): string[] {
    return ['nsenter', `--net=/run/netns/${this.#name(node)}`]
  }

  /** Nothing gets from or to the node any more, and nobody is told. */
  async cut(node: NodeName): Promise<void> {
    await this.#ip('link', 'set', this.#cable(node), 'down')
  }

  async mend(node: NodeName): Promise<void> {
    await this.#ip('link', 'set', this.#cable(node), 'up')
  }

  async close(): Promise<void> {
    for (const node of nodeNames) await this.#ip('netns', 'delete', this.#name(node)).catch(() => undefined)
    await this.#ip('link', 'delete', this.#bridge).catch(() => undefined)
  }

  async #add(node: NodeName): Promise<void> {
    const [name, cable] = [this.#name(node), this.#cable(node)]
    await this.#ip('netns', 'add', name)
    await this.#ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
    await this.#ip('link', 'set', cable, 'master', this.#bridge, 'up')
    await this.#ip('-n', name, 'addr', 'add', `${addresses[node]}/24`, 'dev', 'eth0')
    await this.#ip('-n', name, 'link', 'set', 'eth0', 'up')
    await this.#ip('-n', name, 'link', 'set', 'lo', 'up')
  }

  get #bridge(): string {
    return `w3${this.#id}`
  }

  #name(node: NodeName): string {
    return `w3${this.#id}-${node}`
  }

  #cable(node: NodeName): string {
    return `w3${this.#id}${node}`
  }

  async #ip(...args: string[]): Promise<void> {
    const { code, stderr } = await this.#processes.run({ command: 'ip', args }, AbortSignal.timeout(60_000))
    if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`)
  }
}
