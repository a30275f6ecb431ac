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

/** Tells the server how far the update is. A server that does not listen never holds an update up. */
export async function report(
  p: Ports,
  status: ReportStatus,
  uid: string,
  stop: AbortSignal,
  trouble?: Trouble,
): Promise<void> {
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
            currentLog: p.currentLog(),
          },
        }),
      },
      stop,
    )
  } catch (error) {
    stop.throwIfAborted()
    p.log.warning('report not delivered', { status, why: error instanceof Error ? error.message : String(error) })
  }
}
