import type { InstallationSet } from '@windlass/model'

/** What the boot loader remembers, as U-Boot's environment does on UpdateHub's devices (updatehub.md 4.4). */
export interface BootEnvironment {
  /** The slot to start. */
  active: InstallationSet
  /** Nobody has confirmed it yet. */
  onTrial: boolean
  /** How often it was started on trial. */
  starts: number
}

export const factoryEnvironment: BootEnvironment = { active: 'a', onTrial: false, starts: 0 }

/** The form that the boot scripts read and write too: one `name=number` per line. */
export function formatEnvironment({ active, onTrial, starts }: BootEnvironment): string {
  return `updatehub_active=${active === 'a' ? 0 : 1}\nupgrade_available=${onTrial ? 1 : 0}\nbootcount=${starts}\n`
}

/** What is missing or not a number counts as 0, as in U-Boot. */
export function parseEnvironment(text: string): BootEnvironment {
  const value = (name: string): number => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(text)?.[1] ?? 0)
  return {
    active: value('updatehub_active') === 1 ? 'b' : 'a',
    onTrial: value('upgrade_available') === 1,
    starts: value('bootcount'),
  }
}
