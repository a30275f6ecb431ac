import type { Clock, Files, Http, Log, MemoryLog, Processes, Random } from '@windlass/platform'
import { httpFetcher } from './adapters/http-fetcher.ts'
import { polledServer } from './adapters/polled-server.ts'
import { systemHost } from './adapters/system-host.ts'
import { systemMounts } from './adapters/system-mounts.ts'
import type { CommanderParts } from './commander/join-unit.ts'
import { silentServer } from './commander/silent-server.ts'
import { DownloadStore } from './download/store.ts'
import { declaredHealth } from './health/until-healthy.ts'
import { scriptCallbacks } from './identity/callbacks.ts'
import { loadFirmware } from './identity/firmware.ts'
import { Hold } from './policy/hold.ts'
import { Link } from './policy/link.ts'
import { localPolicy } from './policy/local-policy.ts'
import { fileRecords } from './records.ts'
import { RuntimeSettings } from './runtime-settings.ts'
import type { Settings } from './settings.ts'
import { slotsFor } from './slots/slots-for.ts'
import { UntoldFailures } from './telemetry/untold.ts'
import type { Commander, Ports } from './update/ports.ts'
import { RefusedPackages } from './update/refused.ts'
import { Guard } from './watchdog/guard.ts'
import type { Watchdog } from './watchdog/port.ts'

/** The machine below an agent: real on a device, played where faults are tried. */
export interface System {
  clock: Clock
  random: Random
  files: Files
  processes: Processes
  http: Http
  /** Default: none. */
  watchdog?: Watchdog | null
  /** Makes the one who commands in place of the local policy; default: nobody does. */
  commander?: (parts: CommanderParts) => Promise<Commander>
}

/** Everything the states work with, built on a machine, leaves first. @throws FirmwareError; errors of the disk */
export async function agentPorts(system: System, settings: Settings, log: Log, memory: MemoryLog): Promise<Ports> {
  const { clock, random, files, processes, http } = system
  const records = fileRecords(settings, files, log)
  const hold = new Hold(records.hold, clock)
  const firmware = await loadFirmware(settings.metadataFolder, { files, processes })
  const parts = { http, files, clock, random, log }
  const fetcher = httpFetcher(parts, settings.downloadFolder, settings.mostBytesPerSecond)
  const host = await systemHost({ files, processes, random })
  const own = { path: settings.runtimeSettingsPath, persistent: !settings.readOnly }
  return {
    clock,
    random,
    log,
    files,
    settings,
    journal: records.machine,
    trial: records.trial,
    refused: new RefusedPackages(records.refused),
    untold: new UntoldFailures(records.untold),
    runtime: await RuntimeSettings.load(records.runtime, own),
    firmware,
    callbacks: scriptCallbacks(settings.metadataFolder, settings.callbackTimeoutMs, { files, processes, log }),
    health: declaredHealth(settings.health, { clock, http, processes }),
    slots: slotsFor(settings.bootControl, { files, processes }),
    host,
    server: settings.unit ? silentServer : polledServer(http, clock, host.life.boot),
    commander:
      (await system.commander?.({ clock, files, log, fetcher, firmware, records })) ??
      localPolicy(settings.policy, { clock, files, hold }),
    hold,
    guard: new Guard(system.watchdog ?? null, { clock, log }),
    link: new Link(settings.link, { files, processes, log, leave: records.leave }),
    store: new DownloadStore(files, settings.downloadFolder),
    fetcher,
    objects: {
      files,
      processes,
      log,
      mounts: systemMounts({ files, processes }),
      scratch: '/run/windlass',
      bootEnvironment: settings.bootControl.kind === 'u-boot' ? settings.bootControl.config : null,
    },
    currentLog: () => memory.toText(),
  }
}
