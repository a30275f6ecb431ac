import { type NodeOrder, nodeConfigFor, type UnitConfig } from '@windlass/model/unit'
import type { Log } from '@windlass/platform'
import { encodeNodeConfig } from '@windlass/wire/aoscore-cloud'
import { UnitError } from '../unit-error.ts'
import type { NodeSession } from './node-session.ts'
import type { UnitConfigFile } from './unit-config-file.ts'

type Configurable = { session: NodeSession; nodeType: string }

/** Keeps the nodes' configurations what the unit's says (aoscore.md 5.8). */
export class NodeConfigs {
  readonly #file: UnitConfigFile
  readonly #nodes: () => readonly Configurable[]
  readonly #log: Log

  constructor(file: UnitConfigFile, nodes: () => readonly Configurable[], log: Log) {
    this.#file = file
    this.#nodes = nodes
    this.#log = log
  }

  /**
   * Every connected node is asked before anything is written; nodes that are away are told when they come.
   * @throws UnitError `config_refused`, naming the node
   */
  async update(config: UnitConfig, stop: AbortSignal): Promise<void> {
    if (!this.#file.isNewer(config)) return
    const nodes = this.#nodes().filter(({ session }) => !has(session, config))
    await Promise.all(nodes.map((node) => order('check_node_config', node, config, stop)))
    stop.throwIfAborted()
    await this.#file.set(config)
    this.#log.info('unit configuration written', { version: config.version })
    // Also one that came since the others were asked: when it came, it was told what was in force then.
    const asked = new Set(nodes.map(({ session }) => session))
    const late = this.#nodes().filter(({ session }) => !asked.has(session) && !has(session, config))
    await eachOf([...nodes, ...late].map((node) => order('set_node_config', node, config, stop)))
  }

  /** Nodes that do not take an older version back are left to the next update. */
  async restore(config: UnitConfig | undefined): Promise<void> {
    await this.#file.set(config)
    if (!config) return
    for (const node of this.#nodes()) if (!has(node.session, config)) await this.#bringQuietly(node, config)
  }

  /** A node that came: it is told where its configuration is another. Never rejects. */
  async bring(session: NodeSession, nodeType: string): Promise<void> {
    if (!this.#file.config) return
    try {
      await session.ask({ kind: 'get_node_config' }, 'node_config')
    } catch (error) {
      this.#log.warning('node does not tell its configuration', { node: session.nodeId, why: String(error) })
    }
    // Looked up only now: while the node was asked another may have come into force, which it must not lose again.
    const { config } = this.#file
    if (config && !has(session, config)) await this.#bringQuietly({ session, nodeType }, config)
  }

  async #bringQuietly(node: Configurable, config: UnitConfig): Promise<void> {
    try {
      await order('set_node_config', node, config)
    } catch (error) {
      this.#log.warning('node not configured', { node: node.session.nodeId, why: String(error) })
    }
  }
}

function has({ config }: NodeSession, { version }: UnitConfig): boolean {
  return config?.version === version && config.error === undefined
}

/** Not before all have ended: what is put back after one failed must not be overtaken by another. */
async function eachOf(works: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(works)) if (end.status === 'rejected') throw end.reason
}

async function order(
  kind: Extract<NodeOrder['kind'], 'check_node_config' | 'set_node_config'>,
  { session, nodeType }: Configurable,
  config: UnitConfig,
  stop?: AbortSignal,
): Promise<void> {
  const { nodeId } = session
  const nodeConfig = JSON.stringify(encodeNodeConfig(nodeConfigFor(config, { nodeId, nodeType })))
  const held = session.config
  // From here on nobody knows, until the node says.
  if (kind === 'set_node_config') session.config = undefined
  const { status } = await session.ask({ kind, nodeConfig, version: config.version }, 'node_config', stop)
  // The answer to a check says what would be, not what is.
  if (kind === 'check_node_config') session.config = held
  if (status.error) throw new UnitError('config_refused', `node ${nodeId}: ${status.error.message}`)
}
