import type { OutcomeOf, Step } from '@windlass/machine'
import type { DesiredNode, UnitConfig } from '@windlass/model/unit'
import { componentUpdates } from '../component-updates.ts'
import type { In, UpdateManager } from '../diagram.ts'
import { goalOf, requestsFor } from '../goal.ts'
import type { UpdatePorts } from '../ports.ts'

type Outcome = OutcomeOf<UpdateManager, 'installing'>

/** Node states, the unit configuration, and every update manager prepared. Done twice, it finds all of it done. */
export async function installing(state: In<'installing'>, ports: UpdatePorts, step: Step): Promise<Outcome> {
  const goal = goalOf(state.desired, state.installed, state.legs)
  await tolerably(ports, 'node states', () => setNodes(goal.nodes, ports))
  const config = goal.unitConfig
  if (config) await tolerably(ports, 'unit configuration', () => setConfig(config, ports, step.stop))
  if (state.legs.fota === 'going') {
    const placement = await ports.launcher.place(requestsFor(goal))
    await ports.firmware.prepare(await componentUpdates(placement.components, ports, step.stop), step.stop)
  }
  return { on: 'installed' }
}

/** Nodes that already are what they should be are left alone (conformance D12). */
async function setNodes(wanted: readonly DesiredNode[], { nodes }: UpdatePorts): Promise<void> {
  const now = new Map(nodes.list().map(({ nodeId, state }) => [nodeId, state]))
  const results = await Promise.allSettled(
    wanted
      .filter(({ nodeId, state }) => now.get(nodeId) !== state)
      .map(({ nodeId, state }) => nodes.setState(nodeId, state)),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function setConfig(config: UnitConfig, { nodes }: UpdatePorts, stop: AbortSignal): Promise<void> {
  const { version, state } = nodes.config()
  // A crash after it was written: the same version once more is not an error (conformance L26).
  if (state === 'installed' && version === config.version) return
  await nodes.updateConfig(config, stop)
}

/** A unit that converges goes on; the error stands in the statuses of the node or of the configuration. */
async function tolerably({ rules, log }: UpdatePorts, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (rules.onFailure === 'restore') throw error
    log.warning(`${what} not set`, { why: error instanceof Error ? error.message : String(error) })
  }
}
