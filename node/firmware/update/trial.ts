import type { InstallationSet } from '@windlass/model'
import * as v from 'valibot'
import type { Life } from './life.ts'

/** What UpdateHub's runtime settings cannot say of a pending update. */
export interface Trial {
  uid: string
  target: InstallationSet
  /** The life of the system that installed it. */
  life: Life
  /** The boot loader took the word; while it does not say so, it may have or not. */
  switched: boolean
}

const trial = v.object({
  uid: v.string(),
  target: v.picklist(['a', 'b']),
  life: v.object({ boot: v.string(), process: v.string() }),
  switched: v.optional(v.boolean(), false),
})

export function readTrial(value: unknown): Trial {
  return v.parse(trial, value)
}
