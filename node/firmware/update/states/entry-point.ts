import type { PendingUpdate } from '../../runtime-settings.ts'
import type { In } from '../diagram.ts'
import type { Life } from '../life.ts'
import type { Ports } from '../ports.ts'

/** Decides where a cycle begins: with an update to prove, a forced probe, a poll, or not at all. */
export async function entryPoint(_: In<'entry_point'>, p: Ports) {
  const pending = p.runtime.takeInherited()
  if (pending) return { on: 'trial', ...pending, life: await lifeOf(pending, p), ordered: false } as const
  if (p.runtime.probeForced) return { on: 'forced', asked: null } as const
  p.runtime.useConfiguredServer()
  return p.settings.polling.enabled ? ({ on: 'polling' } as const) : ({ on: 'idle' } as const)
}

/** The life that installed it. Nobody of ours: UpdateHub's agent did, and does not start again in the same life. */
async function lifeOf({ uid, target }: PendingUpdate, p: Ports): Promise<Life> {
  const trial = await p.trial.load()
  return trial?.uid === uid && trial.target === target ? trial.life : { boot: '', process: '' }
}
