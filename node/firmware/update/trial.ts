import type { InstallationSet } from '@windlass/model'
import * as v from 'valibot'
import type { PendingUpdate } from '../runtime-settings.ts'
import type { Life } from './life.ts'
import type { Ports } from './ports.ts'

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

/** A pending update is to prove itself. */
export async function toTry(pending: PendingUpdate, p: Ports) {
  return { on: 'trial', ...pending, life: await lifeOf(pending, p), ordered: false } as const
}

/** The life that installed it. Nobody of ours: UpdateHub's agent did, and does not start again in the same life. */
export async function lifeOf({ uid, target }: PendingUpdate, p: Ports): Promise<Life> {
  const trial = await p.trial.load()
  return trial?.uid === uid && trial.target === target ? trial.life : { boot: '', process: '' }
}
