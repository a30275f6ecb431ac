import { UpdateError } from '../update-error.ts'
import type { Slots } from './port.ts'

/** Slots on a disk, whose errors are told as `slots_failed`. `where` is what they are kept in. */
export function tellingDiskTrouble(where: string, slots: Slots): Slots {
  async function told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (cause) {
      if (cause instanceof UpdateError) throw cause
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new UpdateError('slots_failed', `boot control in ${where}: ${why}`, { cause })
    }
  }
  return {
    active: () => told(slots.active()),
    activate: (set) => told(slots.activate(set)),
    validated: () => told(slots.validated()),
  }
}
