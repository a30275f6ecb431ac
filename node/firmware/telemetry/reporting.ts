import type { ReportStatus } from '@windlass/wire/updatehub'
import type { StateName } from '../update/diagram.ts'
import type { Trouble } from '../update/facts.ts'
import type { Ports } from '../update/ports.ts'

/** The names UpdateHub's servers know for the states that can fail with them (updatehub.md 3.4). */
const previousStates: Partial<Record<string, string>> = {
  download: 'downloading',
  install: 'installing',
  reboot: 'rebooting',
} satisfies Partial<Record<StateName, string>>

/**
 * Tells the server how far the update is, and answers whether it heard. A server that does not listen never holds an
 * update up. `log` goes with a trouble; default: that of the update under way.
 */
export async function report(
  p: Ports,
  status: ReportStatus,
  uid: string,
  stop: AbortSignal,
  trouble?: Trouble,
  log: string = p.currentLog(),
): Promise<boolean> {
  const { firmware } = p
  try {
    await p.server.report(
      p.runtime.server(p.settings.serverAddress),
      {
        status,
        productUid: firmware.productUid,
        version: firmware.version,
        hardware: firmware.hardware,
        identity: firmware.identity,
        attributes: firmware.attributes,
        packageUid: uid,
        ...(trouble && {
          trouble: {
            previousState: previousStates[trouble.during] ?? trouble.during,
            errorMessage: `${trouble.code}: ${trouble.message}`,
            currentLog: log,
          },
        }),
      },
      stop,
    )
    return true
  } catch (error) {
    stop.throwIfAborted()
    p.log.warning('report not delivered', { status, why: error instanceof Error ? error.message : String(error) })
    return false
  }
}

/**
 * Tells the server what it could not be told before, once it answers again. A package that it offers anew is left out:
 * it may come out better this time. Never throws but for `stop`.
 */
export async function reportUntold(p: Ports, offered: string | null, stop: AbortSignal): Promise<void> {
  try {
    for (const { uid, trouble } of await p.untold.all()) {
      if (uid === offered) continue
      if (!(await report(p, 'error', uid, stop, trouble, ''))) return
      await p.untold.forget(uid)
    }
  } catch (error) {
    stop.throwIfAborted()
    p.log.warning('earlier failures not told', { why: error instanceof Error ? error.message : String(error) })
  }
}
