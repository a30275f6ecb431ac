import type { InstallationSet } from '@windlass/model'
import * as v from 'valibot'
import type { PendingUpdate } from '../runtime-settings.ts'
import { type Life, restarted } from './life.ts'
import type { Ports } from './ports.ts'

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

/** The life that installed it. Nobody of ours: UpdateHub's agent did, and does not start again in the same life. */
export async function lifeOf({ uid, target }: PendingUpdate, p: Pick<Ports, 'trial'>): Promise<Life> {
  const trial = await p.trial.load()
  return trial?.uid === uid && trial.target === target ? trial.life : { boot: '', process: '' }
}

/**
 * An earlier update waited for a restart, and the system did restart while this offer was being worked on: the set of
 * that update may be what runs, so it must prove itself before anything else is written.
 */
export async function trialComesFirst(
  offerUid: string,
  p: Pick<Ports, 'runtime' | 'trial' | 'host'>,
): Promise<boolean> {
  const { pending } = p.runtime
  return pending !== null && pending.uid !== offerUid && restarted(await lifeOf(pending, p), p.host.life, false)
}
