import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'
import { toTry } from '../trial.ts'

/** Decides where a cycle begins: with an update to prove, a forced probe, a poll, or not at all. */
export async function entryPoint(_: In<'entry_point'>, p: Ports) {
  const pending = p.runtime.takeInherited()
  if (pending) return toTry(pending, p)
  if (p.runtime.probeForced) return { on: 'forced', asked: null } as const
  p.runtime.useConfiguredServer()
  return p.settings.polling.enabled ? ({ on: 'polling' } as const) : ({ on: 'idle' } as const)
}
