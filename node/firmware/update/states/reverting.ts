import { later, type Step } from '@windlass/machine'
import { otherSet } from '@windlass/model'
import { failureOf } from '../../update-error.ts'
import type { In } from '../diagram.ts'
import { restarted } from '../life.ts'
import type { Ports } from '../ports.ts'

const retryMs = 30_000
/** The boot loader's programs take seconds, on a system that is sick some more. */
const spareMs = 60_000

/** Back to the set before: by the boot loader's own doing, or by a restart that this state orders. */
export async function reverting(state: In<'reverting'>, p: Ports, { stop }: Step) {
  try {
    const back = state.trouble.code === 'fell_back' || restarted(state.life, p.host.life, state.ordered)
    if (!back && state.ordered) {
      await p.guard.allow(p.settings.rebootWaitMs)
      return later(p.settings.rebootWaitMs, { on: 'not_restarted', life: p.host.life, ordered: false } as const)
    }
    if (!back || (await p.slots.active()) === state.target) return await goBack(state, p, stop)
    await settle(state, p)
    return { on: 'reverted' } as const
  } catch (error) {
    stop.throwIfAborted()
    p.log.error('cannot go back to the previous set yet; trying again', { why: failureOf(error).message })
    return later(retryMs, { on: 'again' } as const)
  }
}

async function goBack({ target }: In<'reverting'>, p: Ports, stop: AbortSignal) {
  await p.guard.allow(p.settings.callbackTimeoutMs + spareMs)
  await p.slots.activate(otherSet(target))
  await p.callbacks.rollback(stop).catch((error: unknown) => {
    // Staying in a system that does not work because its clean-up failed would be worse (decision D9).
    p.log.error('rollback callback failed', { why: failureOf(error).message })
  })
  await p.guard.allow(p.settings.rebootWaitMs)
  await p.host.reboot(stop)
  return { on: 'ordered', life: p.host.life, ordered: true } as const
}

async function settle({ uid, trouble }: In<'reverting'>, p: Ports): Promise<void> {
  await p.slots.validated()
  if (uid) await p.refused.add({ uid, why: trouble.message, at: new Date(p.clock.now()).toISOString() })
  await p.runtime.concluded()
}
