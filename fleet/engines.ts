import { join } from 'node:path'
import type { Clock, Log, Random } from '@windlass/platform'
import { natsBus } from './adapters/nats-bus.ts'
import { openPlace } from './adapters/open-place.ts'
import type { Database } from './adapters/postgres/database.ts'
import { postgresBus } from './adapters/postgres/postgres-bus.ts'
import type { Records } from './adapters/postgres/postgres-store.ts'
import { type BlobPlace, matchPlace } from './blobs/place.ts'
import type { Bus } from './bus/bus.ts'
import { localBus } from './bus/local-bus.ts'
import { StartError } from './fleet-error.ts'
import { beatEveryMs, type Lines } from './processes/lines.ts'
import type { FleetSettings } from './settings/settings.ts'

/** What the processes of a fleet stand on together. */
export interface Engines {
  records: Records
  bus: Bus
  place: BlobPlace
  /** The name of this process. */
  me: string
  stop(): Promise<void>
}

const patienceMs = 2_000

interface EnginePorts {
  clock: Clock
  log: Log
  random: Random
}

/** Joins the project whose records these are, or begins it. @throws StartError */
export async function openEngines(
  settings: Pick<FleetSettings, 'data' | 'blobs' | 'bus'>,
  { records, url, alone }: Database,
  { project, me }: { project: string | null; me: string },
  ports: EnginePorts,
): Promise<Engines> {
  const { shared, lines } = records
  const fleet = await shared.once('fleet', async () => Buffer.from(ports.random.bytes(9)).toString('base64url'))
  const choice = settings.blobs ?? { kind: 'folder', path: settings.data }
  const place = await openPlace(choice, join(settings.data, 'scratch'), { ...ports, alone })
  await matchPlace(place, shared, fleet)
  const bus = await openBus(settings.bus, alone ? null : { url, project }, fleet, ports)
  const stopped = new AbortController()
  await lines.beat()
  void beat(lines, ports, stopped.signal)
  return {
    records,
    bus,
    place,
    me,
    async stop() {
      stopped.abort()
      // A bus that is away must not keep the process.
      const left = new AbortController()
      const late = ports.clock.sleep(patienceMs, left.signal).catch(() => undefined)
      await Promise.race([bus.flush(), late])
      left.abort()
      await bus.close()
      // A database that went away cannot be told; others will see that this process is silent.
      await lines.leave().catch(() => undefined)
    },
  }
}

async function openBus(
  nats: string | null,
  database: { url: string; project: string | null } | null,
  fleet: string,
  ports: EnginePorts,
): Promise<Bus> {
  try {
    if (nats !== null) return await natsBus({ url: nats, fleet }, ports)
    return database === null ? localBus() : await postgresBus(database, ports)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('bus_failed', `expected a bus for the processes of this fleet, got: ${why}`, { cause })
  }
}

/** Says that this process lives, until it is told to stop. */
async function beat(lines: Lines, { clock, log }: EnginePorts, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(beatEveryMs, signal).catch(() => undefined)
    if (signal.aborted) return
    await lines.beat().catch((error: unknown) => log.warning('process not announced', { why: String(error) }))
  }
}
