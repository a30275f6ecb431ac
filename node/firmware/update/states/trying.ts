import { later, type Step } from '@windlass/machine'
import { failureOf, UpdateError } from '../../update-error.ts'
import type { In } from '../diagram.ts'
import { restarted } from '../life.ts'
import type { Ports } from '../ports.ts'

const retryMs = 30_000
/** A round of health checks takes 30 s at most, and rests 5 s. */
const longestRoundMs = 90_000
const spareMs = 60_000

/** The system restarted into the new set, or should have: it is kept only when it runs and the device's own check agrees. */
export async function trying({ uid, target, life, ordered }: In<'trying'>, p: Ports, { stop }: Step) {
  p.runtime.takeInherited()
  if (!restarted(life, p.host.life, ordered)) {
    return { on: 'not_restarted', life: p.host.life, ordered: false } as const
  }
  try {
    await p.guard.allow(spareMs)
    const active = await p.slots.active()
    if (active !== target) {
      throw new UpdateError('fell_back', `the boot loader went back to set ${active}; set ${target} did not start`)
    }
    await p.guard.allow(p.settings.callbackTimeoutMs + spareMs)
    await p.callbacks.validate(stop)
    const server = p.runtime.server(p.settings.serverAddress)
    await p.health.settled(server, stop, () => p.guard.allow(longestRoundMs))
    await p.commander.mayKeep(uid, stop, () => p.guard.allow(longestRoundMs))
    await p.guard.allow(retryMs + spareMs)
  } catch (error) {
    if (isSlotsTrouble(error)) return tryAgain(error, p)
    throw error
  }
  try {
    await p.slots.validated()
    await p.runtime.concluded()
    await p.guard.release()
  } catch (error) {
    // The set is good: a boot loader or a disk that does not take it down now is no reason to go back.
    return tryAgain(error, p)
  }
  await p.untold.forget(uid).catch((error: unknown) => {
    p.log.warning('an earlier failure of this package will still be told', { why: failureOf(error).message })
  })
  p.log.info('update confirmed', { set: target })
  return { on: 'confirmed' } as const
}

function isSlotsTrouble(error: unknown): boolean {
  return error instanceof UpdateError && error.code === 'slots_failed'
}

function tryAgain(error: unknown, p: Ports) {
  p.log.error('cannot conclude the update yet; trying again', { why: failureOf(error).message })
  return later(retryMs, { on: 'again' } as const)
}
