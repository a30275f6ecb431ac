import type { ComponentStatus, ComponentUpdate, UpdateCommand, UpdateManagerStatus } from '@windlass/model/unit'

/** What the unit is doing to its components. `none`: nothing, or all of it is over. */
export type Phase = 'none' | 'prepare' | 'start' | 'apply' | 'revert'

export type Step =
  | { do: 'done' }
  | { do: 'wait' }
  | { do: 'tell'; command: UpdateCommand }
  | { do: 'fail'; why: string }

/** One manager's part in a phase. `told`: what it was told on this stream and has not answered. */
interface Turn {
  status: UpdateManagerStatus
  updates: readonly ComponentUpdate[]
  told: UpdateCommand['kind'] | undefined
  /** It was told to prepare these updates since the phase began, so that a failure is the answer to that. */
  prepared: boolean
}

/** What to do with one manager next, by the state it reports (aoscore.md 7.2, 7.3, 7.8). */
export function nextStep(phase: Exclude<Phase, 'none'>, turn: Turn): Step {
  if (turn.told !== undefined) return { do: 'wait' }
  return steps[phase](turn)
}

const tell = (command: UpdateCommand): Step => ({ do: 'tell', command })

const steps: Record<Exclude<Phase, 'none'>, (turn: Turn) => Step> = {
  prepare({ status, updates, prepared }) {
    const missing = updates.filter((update) => !isInstalled(status, update))
    if (missing.length === 0 && status.state === 'idle') return { do: 'done' }
    if (status.state === 'idle') return tell({ kind: 'prepare', components: missing })
    const ours = missing.every((update) => status.components.some((one) => isTarget(one, update)))
    if (status.state === 'failed' && (prepared || ours)) return { do: 'fail', why: reasonOf(status) }
    if (status.state === 'prepared' && ours) return { do: 'done' }
    // Left over from another update: nothing of it may stay.
    return tell({ kind: 'revert' })
  },

  start({ status, updates }) {
    if (status.state === 'updated') return { do: 'done' }
    if (status.state === 'prepared') return tell({ kind: 'start' })
    if (status.state === 'failed') return { do: 'fail', why: reasonOf(status) }
    return idleAfter(status, updates)
  },

  apply({ status, updates }) {
    if (status.state === 'updated') return tell({ kind: 'apply' })
    if (status.state === 'prepared') return tell({ kind: 'start' })
    if (status.state === 'failed') return { do: 'fail', why: reasonOf(status) }
    return idleAfter(status, updates)
  },

  revert({ status }) {
    return status.state === 'idle' ? { do: 'done' } : tell({ kind: 'revert' })
  },
}

/** A manager may finish by itself while it is away; what counts is what is installed. */
function idleAfter(status: UpdateManagerStatus, updates: readonly ComponentUpdate[]): Step {
  if (updates.every((update) => isInstalled(status, update))) return { do: 'done' }
  return { do: 'fail', why: `expected the update to be installed, got an idle update manager: ${reasonOf(status)}` }
}

function isInstalled({ components }: UpdateManagerStatus, update: ComponentUpdate): boolean {
  return components.some((one) => isTarget(one, update) && one.state === 'installed')
}

function isTarget(one: ComponentStatus, { componentId, version }: ComponentUpdate): boolean {
  return one.componentId === componentId && one.version === version
}

export function reasonOf({ components, error }: UpdateManagerStatus): string {
  const texts = components
    .filter(({ state }) => state === 'error')
    .map((one) => `component ${one.componentId} ${one.version}: ${one.error?.message ?? 'no reason given'}`)
  if (error) texts.unshift(error.message)
  return texts.length > 0 ? texts.join('; ') : 'no reason given'
}
