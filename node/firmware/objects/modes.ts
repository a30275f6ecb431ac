import type { Mode as ModeName, PackageObject } from '@windlass/model'
import { copy } from './copy.ts'
import type { Mode } from './port.ts'
import { raw } from './raw.ts'
import { tarball } from './tarball.ts'
import { test } from './test.ts'

/** What this agent can install, by name. */
export const modes = { copy, raw, tarball, test } satisfies {
  [M in ModeName]?: Mode<Extract<PackageObject, { mode: M }>>
}

export type InstallableMode = keyof typeof modes

/** How to install this object; undefined when this agent cannot. The mode given fits this object and no other. */
export function modeFor(object: PackageObject): Mode<PackageObject> | undefined {
  const table: { [M in ModeName]?: Mode<PackageObject> } = modes
  return table[object.mode]
}
