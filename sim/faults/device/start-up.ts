import { mostStarts } from '../invariants/boots.ts'
import type { Life } from '../world/life.ts'
import { startedByLoader } from './boot-loader.ts'
import { slotContent } from './layout.ts'
import type { Running } from './power.ts'
import type { DeviceWorld } from './role.ts'
import type { SimDevice } from './sim-device.ts'

const watchdogMs = 30_000

/** What came up; `power-cut`: the power went in the boot loader; undefined: nothing came up, and nothing will. */
export type Started = Running | 'power-cut' | undefined

/**
 * The boot loader starts a set; one whose kernel does not come up is started again by the watchdog. `cutAfterChanges`: the
 * power goes after so many changes of the disk at the first start. `system` ends when the power goes meanwhile.
 */
export async function startUp(
  device: SimDevice,
  { watch, catalogue, chronicle }: DeviceWorld,
  { system, cutAfterChanges, wait }: { system: Life; cutAfterChanges: number; wait: (ms: number) => Promise<void> },
): Promise<Started> {
  for (let starts = 1; starts <= mostStarts; starts++) {
    const set = await startedByLoader(device.disk, starts === 1 ? cutAfterChanges : Infinity)
    if (!system.alive) return undefined
    if (set === undefined) return 'power-cut'
    const version = catalogue.versionOf(slotContent(device.disk, set))
    chronicle.add(device.name, `boot loader starts set ${set}: ${version ?? 'NO WHOLE IMAGE'}`)
    const release = version === undefined ? undefined : catalogue.release(version)
    watch.booted(device, set, version, release)
    if (version === undefined) return undefined
    if (release?.kind !== 'panics') return { set, version }
    watch.counted('kernel panics')
    await wait(watchdogMs)
  }
  watch.broken('boots', device, `no set came up in ${mostStarts} starts`)
  return undefined
}
