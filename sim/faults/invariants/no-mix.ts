import type { InstallationSet } from '@windlass/model'

export const noMix = { name: 'no-mix', says: 'what the boot loader starts is one whole version' } as const

/** `version`: of which the set is a whole image, undefined where it is of none. */
export function mixed(set: InstallationSet, version: string | undefined): string | undefined {
  return version === undefined ? `set ${set} holds no whole version` : undefined
}
