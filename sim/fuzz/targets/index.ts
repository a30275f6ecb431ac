import type { Target } from '../target.ts'
import { aoscore } from './aoscore.ts'
import { archives } from './archives.ts'
import { device } from './device.ts'
import { fleet } from './fleet.ts'
import { oci } from './oci.ts'
import { updatehub } from './updatehub.ts'

/** Everything in Windlass that reads bytes from outside. */
export const targets: readonly Target[] = [...archives, ...updatehub, ...device, ...fleet, ...oci, ...aoscore]
