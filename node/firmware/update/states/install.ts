import type { Step } from '@windlass/machine'
import { type InstallationSet, objectsFor, type PackageObject } from '@windlass/model'
import { decodeMetadata } from '@windlass/wire/updatehub'
import { modeFor } from '../../objects/modes.ts'
import { report } from '../../telemetry/reporting.ts'
import { failureOf } from '../../update-error.ts'
import { cancelledByCallback } from '../callback.ts'
import type { In } from '../diagram.ts'
import { restarted } from '../life.ts'
import { payloadOf } from '../payloads.ts'
import type { Ports } from '../ports.ts'
import { unchoose } from '../take-back.ts'

/** Writes the objects into the spare set, then makes it the one to boot. */
export async function install(state: In<'install'>, p: Ports, step: Step) {
  const { offer, target } = state
  if (await isSwitched(state, p)) return { on: 'switched', uid: offer.uid, ordered: true } as const
  if (p.runtime.hasUnproven(offer.uid)) return { on: 'unproven' } as const
  if (await cancelledByCallback(p, 'install', step.stop)) return { on: 'cancelled' } as const
  await report(p, 'installing', offer.uid, step.stop)
  await makeSpare(target, p)
  await installAll(state, p, step)
  await switchTo(target, offer.uid, p)
  await report(p, 'installed', offer.uid, step.stop)
  return { on: 'installed', uid: offer.uid, life: p.host.life, ordered: false } as const
}

/**
 * Power went after the switch. Where the new set started, it must not be written but has to prove itself; where the boot
 * loader went back from it already, it must not be installed once more. What counts is the life that switched: the one in
 * which this state began may be older, when power went during the writing as well.
 */
async function isSwitched({ offer, target }: In<'install'>, p: Ports): Promise<boolean> {
  if (p.runtime.appliedUid !== offer.uid) return false
  const trial = await p.trial.load()
  if (trial?.uid !== offer.uid || trial.target !== target) return false
  if (!restarted(trial.life, p.host.life, false)) return false
  return trial.switched || (await p.slots.active()) === target
}

/** Largest first, as UpdateHub does: what is likeliest not to fit fails before anything is written. */
export function installOrder(objects: readonly PackageObject[]): PackageObject[] {
  return [...objects].sort((x, y) => y.size - x.size)
}

/** A set that an earlier update marked for the next boot is taken back first: half-written, it must not boot. */
async function makeSpare(target: InstallationSet, p: Ports): Promise<void> {
  if (p.runtime.pendingSet === target) await unchoose(target, p)
}

async function installAll({ offer, target }: In<'install'>, p: Ports, { stop, progress }: Step): Promise<void> {
  const objects = installOrder(objectsFor(decodeMetadata(offer.metadata), target))
  const totalBytes = objects.reduce((sum, { size }) => sum + size, 0)
  let before = 0
  for (const object of objects) {
    stop.throwIfAborted()
    const told = (done: number) => progress({ doneBytes: before + done, totalBytes })
    const how = await modeFor(object).install(object, payloadOf(object, offer, p), p.objects, told, stop)
    p.log.info(how === 'same' ? 'object is installed already' : 'object installed', { object: object.filename })
    before += object.size
  }
}

/**
 * What was installed is on record before the boot loader may start it. If the boot loader refuses, it never was; a switch
 * that failed half-way may have taken effect, and then the record stays, because it tells which set does not run.
 */
async function switchTo(target: InstallationSet, uid: string, p: Ports): Promise<void> {
  const trial = { uid, target, life: p.host.life }
  await p.trial.save({ ...trial, switched: false })
  await p.runtime.installed(uid, target)
  try {
    await p.slots.activate(target)
  } catch (error) {
    const chosen = await p.slots.active().catch(() => target)
    if (chosen !== target) await p.runtime.forgetUpdate()
    throw error
  }
  await p.trial.save({ ...trial, switched: true }).catch((error: unknown) => {
    p.log.warning('the switch is not on record', { why: failureOf(error).message })
  })
}
