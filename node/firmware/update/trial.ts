import type { InstallationSet } from '@windlass/model'
import * as v from 'valibot'
import type { Life } from './life.ts'

/** What UpdateHub's runtime settings cannot say of a pending update: which life of the system installed it. */
export interface Trial {
  uid: string
  target: InstallationSet
  life: Life
}

const trial = v.object({
  uid: v.string(),
  target: v.picklist(['a', 'b']),
  life: v.object({ boot: v.string(), process: v.string() }),
})

export function readTrial(value: unknown): Trial {
  return v.parse(trial, value)
}
