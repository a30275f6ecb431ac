import { type Later, later, type OutcomeOf, type Step } from '@windlass/machine'
import type { In, UpdateManager } from '../diagram.ts'
import { errorInfoOf } from '../errors.ts'
import { legNames, type Refusal } from '../facts.ts'
import { fingerprintOf, missingOf } from '../goal.ts'
import type { UpdatePorts } from '../ports.ts'

type Outcome = OutcomeOf<UpdateManager, 'reverting'>

/** How many desired states that failed are remembered; the oldest goes first. */
const mostRefusals = 16

/** Firmware, configuration, node states and instances as they were; the desired state is remembered as bad. */
export async function reverting(
  state: In<'reverting'>,
  ports: UpdatePorts,
  step: Step,
): Promise<Outcome | Later<Outcome>> {
  try {
    await ports.firmware.revert(step.stop)
    if (state.before && hasOtherConfig(state, ports)) await ports.nodes.restoreConfig(state.before.config ?? undefined)
    for (const { nodeId, state: was } of state.before?.nodes ?? []) await putBack(nodeId, was, ports)
    await ports.launcher.restore(step.stop)
    await ports.images.install(state.installed.items ?? [])
  } catch (error) {
    step.stop.throwIfAborted()
    const { message } = errorInfoOf(error)
    ports.log.error('not back yet', { why: message })
    step.waits(message)
    return later<Outcome>(ports.rules.retryMs, { on: 'failed', errors: state.errors, during: state.during })
  }
  return { on: 'reverted', before: null, refused: remembered(state, ports) }
}

/** Also one that was set by an update which this one replaced. */
function hasOtherConfig({ desired, before }: In<'reverting'>, { nodes }: UpdatePorts): boolean {
  return desired.unitConfig !== undefined || nodes.currentConfig()?.version !== before?.config?.version
}

async function putBack(nodeId: string, was: 'provisioned' | 'paused', { nodes }: UpdatePorts): Promise<void> {
  const node = nodes.list().find((one) => one.nodeId === nodeId)
  if (node && node.state !== was) await nodes.setState(nodeId, was)
}

/** Everything failed on the unit itself but what was not tried, or could not be fetched: that may come next time. */
function remembered(state: In<'reverting'>, { clock }: UpdatePorts): readonly Refusal[] {
  if (['none', 'downloading', 'pending'].includes(state.during)) return state.refused
  const error = legNames.map((leg) => state.errors[leg]).find((one) => one !== null) ?? errorInfoOf('failed')
  const bad = {
    fingerprint: fingerprintOf(state.desired),
    during: state.during,
    error,
    atMs: clock.now(),
    ...missingOf(state.desired, state.installed),
  }
  return [...state.refused.filter(({ fingerprint }) => fingerprint !== bad.fingerprint), bad].slice(-mostRefusals)
}
