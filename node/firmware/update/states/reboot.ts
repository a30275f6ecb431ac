import { later, type Step } from '@windlass/machine'
import { report } from '../../telemetry/reporting.ts'
import { cancelledByCallback } from '../callback.ts'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** Orders the restart, then waits for it to happen. */
export async function reboot({ uid, ordered }: In<'reboot'>, p: Ports, { stop }: Step) {
  // Armed before the restart is ordered: a kernel that hangs on its way down is reset.
  if (ordered) {
    await p.guard.allow(p.settings.rebootWaitMs)
    await report(p, 'rebooting', uid, stop)
    return later(p.settings.rebootWaitMs, overdue(p.settings.rebootWaitMs))
  }
  if (await cancelledByCallback(p, 'reboot', stop)) return { on: 'cancelled' } as const
  await report(p, 'rebooting', uid, stop)
  await p.guard.allow(p.settings.rebootWaitMs)
  await p.host.reboot(stop)
  return { on: 'ordered', life: p.host.life, ordered: true } as const
}

function overdue(waitMs: number) {
  const message = `the system still runs ${Math.round(waitMs / 1000)} s after it was told to restart; the update waits for the next restart`
  return { on: 'overdue', trouble: { code: 'reboot_overdue', message, during: 'reboot' } } as const
}
