import type { Processes } from '@windlass/platform'
import { PowerCut } from '@windlass/platform/fakes'
import type { Slots } from './port.ts'
import type { SlotsBench } from './slots.contract.ts'

/** The power goes before or after a call of a program: before the first is step 1, after it 2, before the second 3 … */
export function cutAtCall(inner: Processes, slotsOn: (processes: Processes) => Slots): SlotsBench['cut'] {
  return async (step, work) => {
    let at = 0
    const advance = () => {
      at += 1
      if (at >= step) throw new PowerCut(`the power went at step ${step}`)
    }
    const processes: Processes = {
      async run(command, signal) {
        advance()
        const how = await inner.run(command, signal)
        advance()
        return how
      },
      stream: (command, signal) => inner.stream(command, signal),
      find: (command) => inner.find(command),
    }
    await work(slotsOn(processes)).catch((error: unknown) => {
      if (at < step) throw error
    })
    return at >= step
  }
}
