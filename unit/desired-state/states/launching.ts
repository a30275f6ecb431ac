import type { OutcomeOf, Step } from '@windlass/machine'
import type { In, UpdateManager } from '../diagram.ts'
import { goalOf, requestsFor } from '../goal.ts'
import type { UpdatePorts } from '../ports.ts'

type Outcome = OutcomeOf<UpdateManager, 'launching'>

/** Firmware first, because its reboots would take the new instances with them; then every node is told what to run. */
export async function launching(state: In<'launching'>, ports: UpdatePorts, step: Step): Promise<Outcome> {
  if (state.legs.fota === 'going') await ports.firmware.start(step.stop)
  const goal = goalOf(state.desired, state.installed, state.legs)
  await ports.launcher.run(await ports.launcher.place(requestsFor(goal), step.stop), step.stop)
  return { on: 'launched', deadlineMs: ports.time.ms() + ports.rules.activatingMs }
}
