import type { OutcomeOf, Step } from '@windlass/machine'
import type { DesiredNode, UnitConfig } from '@windlass/model/unit'
import { componentUpdates } from '../component-updates.ts'
import type { In, UpdateManager } from '../diagram.ts'
import { errorInfoOf } from '../errors.ts'
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
    // A manager that nobody has heard of yet, after a restart, would have no part in the placement.
    await ports.firmware.gather(step.stop)
    const placement = await ports.launcher.place(requestsFor(goal), step.stop)
    await ports.firmware.prepare(await componentUpdates(placement.components, ports, step.stop), step.stop)
  }
  return { on: 'installed' }
}

/** Nodes that already are what they should be are left alone (conformance D12). */
async function setNodes(wanted: readonly DesiredNode[], ports: UpdatePorts): Promise<void> {
  const now = new Map(ports.nodes.list().map(({ nodeId, state }) => [nodeId, state]))
  const others = wanted.filter(({ nodeId, state }) => now.get(nodeId) !== state)
  const results = await Promise.allSettled(others.map((node) => setNode(node, ports)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function setNode({ nodeId, state }: DesiredNode, { nodes, report }: UpdatePorts): Promise<void> {
  try {
    await nodes.setState(nodeId, state)
  } catch (error) {
    report.nodeFailed(nodeId, errorInfoOf(error))
    throw error
  }
}

async function setConfig(config: UnitConfig, { nodes, report }: UpdatePorts, stop: AbortSignal): Promise<void> {
  const { version, state } = nodes.config()
  // A crash after it was written: the same version once more is not an error (conformance L26).
  if (state === 'installed' && version === config.version) return
  try {
    await nodes.updateConfig(config, stop)
    report.configSet(config.version)
  } catch (error) {
    if (!stop.aborted) report.configSet(config.version, errorInfoOf(error))
    throw error
  }
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
