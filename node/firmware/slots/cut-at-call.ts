import type { Processes } from '@windlass/platform'
import { PowerCut } from '@windlass/platform/fakes'
import type { Slots } from './port.ts'
import type { SlotsBench } from './slots.contract.ts'

/** The power goes right after the n-th call of a program: what it did is done, and nobody heard of it. */
export function cutAtCall(inner: Processes, slotsOn: (processes: Processes) => Slots): SlotsBench['cut'] {
  return async (step, work) => {
    let at = 0
    const processes: Processes = {
      async run(command, signal) {
        if (at >= step) throw new PowerCut(`the power is off since call ${step}`)
        const how = await inner.run(command, signal)
        at += 1
        if (at >= step) throw new PowerCut(`the power went after call ${step}`)
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
