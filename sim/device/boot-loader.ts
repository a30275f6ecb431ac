import { type InstallationSet, otherSet } from '@windlass/model'
import type { BootEnvironment } from './boot-environment.ts'

/** How often a slot on trial is started before the boot loader gives it up. */
export const mostStarts = 2

/** `next` is written before the slot is started: a start that hangs has been counted. */
export interface Boot {
  slot: InstallationSet
  next: BootEnvironment
  fellBack: boolean
}

/** Which slot starts now: the active one, or the other when the active one had its starts and nobody confirmed it. */
export function boot(environment: BootEnvironment): Boot {
  const { active, onTrial, starts } = environment
  if (!onTrial) return { slot: active, next: environment, fellBack: false }
  if (starts < mostStarts) return { slot: active, next: { active, onTrial, starts: starts + 1 }, fellBack: false }
  const slot = otherSet(active)
  return { slot, next: { active: slot, onTrial: false, starts: 0 }, fellBack: true }
}
