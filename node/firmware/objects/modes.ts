import type { Mode as ModeName, PackageObject } from '@windlass/model'
import { copy } from './copy.ts'
import { flash } from './flash.ts'
import { imxkobs } from './imxkobs.ts'
import type { Mode } from './port.ts'
import { raw } from './raw.ts'
import { rawDelta } from './raw-delta.ts'
import { tarball } from './tarball.ts'
import { test } from './test.ts'
import { ubifs } from './ubifs.ts'
import { ubootEnv } from './uboot-env.ts'
import { mender, zephyr } from './unsupported.ts'

/** How each mode is installed, or why it is not. */
const modes: { [M in ModeName]: Mode<Extract<PackageObject, { mode: M }>> } = {
  copy,
  flash,
  imxkobs,
  mender,
  raw,
  'raw-delta': rawDelta,
  tarball,
  test,
  ubifs,
  'uboot-env': ubootEnv,
  zephyr,
}

/** How to install this object. The mode given fits this object and no other. */
export function modeFor(object: PackageObject): Mode<PackageObject> {
  const table: { [M in ModeName]: Mode<PackageObject> } = modes
  return table[object.mode]
}
