import { type Later, later, type OutcomeOf, type Step } from '@windlass/machine'
import { UnitError } from '../../unit-error.ts'
import type { In, UpdateManager } from '../diagram.ts'
import { errorsOf } from '../errors.ts'
import { legNames, noErrors } from '../facts.ts'
import { goalOf } from '../goal.ts'
import type { UpdatePorts } from '../ports.ts'

type Outcome = OutcomeOf<UpdateManager, 'finalizing'>

/**
 * The new set becomes the installed one. What fails is tried again, but for firmware that is not there any more: a node whose
 * boot loader went back meanwhile will never keep it.
 */
export async function finalizing(
  state: In<'finalizing'>,
  ports: UpdatePorts,
  step: Step,
): Promise<Outcome | Later<Outcome>> {
  const installed = goalOf(state.desired, state.installed, state.legs)
  try {
    if (state.legs.fota === 'going') await ports.firmware.apply(step.stop)
    await ports.images.install(installed.items ?? [])
    await ports.launcher.confirm()
  } catch (error) {
    step.stop.throwIfAborted()
    const errors = errorsOf(error, state.legs)
    if (error instanceof UnitError && error.code === 'component_failed')
      return { on: 'lost', errors, during: 'finalizing' }
    ports.log.warning('not finalized yet', { why: error instanceof Error ? error.message : String(error) })
    return later<Outcome>(ports.rules.retryMs, {
      on: 'failed',
      errors,
      during: 'finalizing',
    })
  }
  const left = legNames.filter((leg) => state.legs[leg] === 'waiting')
  if (left.length === 0 || state.next !== null) return { on: 'confirmed', installed, before: null, errors: noErrors }
  const done = Object.fromEntries(legNames.filter((leg) => state.legs[leg] === 'going').map((leg) => [leg, 'done']))
  return { on: 'more', installed, before: null, legs: { ...state.legs, ...done } }
}
