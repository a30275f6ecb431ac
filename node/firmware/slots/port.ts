import type { InstallationSet } from '@windlass/model'

/**
 * Which of the two sets boots (updatehub.md 4.4). Every means behind it keeps the promises of `slots.contract.ts`.
 * @throws UpdateError `slots_failed`, and nothing else
 */
export interface Slots {
  /** The set the boot loader has as active. After `activate` this is the new one, even before the reboot. */
  active(): Promise<InstallationSet>
  /** Makes this set the one to boot next, on trial: the boot loader leaves it when nobody confirms. May be done twice. */
  activate(set: InstallationSet): Promise<void>
  /** Confirms the running set: the boot loader will not fall back from it any more. May be done twice. */
  validated(): Promise<void>
}
