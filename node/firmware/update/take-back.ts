import { later } from '@windlass/machine'
import { type InstallationSet, otherSet } from '@windlass/model'
import type { PendingUpdate } from '../runtime-settings.ts'
import { failureOf } from '../update-error.ts'
import type { In } from './diagram.ts'
import { restarted } from './life.ts'
import type { Ports } from './ports.ts'
import { lifeOf, toTry } from './trial.ts'

const retryMs = 30_000

/** The states in which an update may fail after the boot loader was told. */
const afterSwitch: readonly string[] = ['install', 'reboot']

/**
 * An update that failed after the switch must not run at the next start, whoever causes that: the boot loader is switched
 * back before anybody hears of the failure. Undefined when nothing of it starts next any more; else what comes before it is
 * told: another try, or the trial of the new set, which started before it could be taken back.
 */
export async function takeBack({ uid, trouble }: In<'error'>, p: Ports) {
  const { pending } = p.runtime
  if (pending?.uid !== uid || !afterSwitch.includes(trouble.during)) return undefined
  // That restart was granted and may still come; the update waits for it (conformance case B22).
  if (trouble.code === 'reboot_overdue') return undefined
  try {
    if (await mayRun(pending, p)) return await toTry(pending, p)
    // Nothing is on trial, and the boot loader may take its time.
    await p.guard.release()
    await unchoose(pending.target, p)
    p.log.info('switched back: the running set starts next', { set: otherSet(pending.target) })
    return undefined
  } catch (error) {
    const why = failureOf(error).message
    p.log.error('cannot switch back yet, a failed update starts next; trying again', { set: pending.target, why })
    return later(retryMs, { on: 'again' } as const)
  }
}

async function mayRun(pending: PendingUpdate, p: Ports): Promise<boolean> {
  if (p.runtime.isInstalledHere || !restarted(await lifeOf(pending, p), p.host.life, false)) return false
  return (await p.slots.active()) === pending.target
}

/**
 * Takes back that `target` starts next, then forgets it. The running set is confirmed besides, or boots that nobody
 * confirms would lead to `target` after all. May be done twice.
 */
export async function unchoose(target: InstallationSet, p: Ports): Promise<void> {
  await p.slots.activate(otherSet(target))
  await p.slots.validated()
  await p.runtime.forgetUpdate()
}
