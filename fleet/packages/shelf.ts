import type { Clock, Log } from '@windlass/platform'
import { FleetError } from '../fleet-error.ts'
import type { Shared } from '../processes/shared.ts'
import type { KeptPackage } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Events } from '../telemetry/events.ts'
import { examine, type Rules } from './examine.ts'
import type { PackageFiles } from './package-files.ts'

/** Where packages are put and taken away. */
export interface Shelf {
  /**
   * Takes an upload, or refuses it and leaves nothing behind. A package that is there already only gets the new
   * signature. @throws FleetError
   */
  receive(body: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<KeptPackage>
  /** @throws FleetError `package_unknown`, `package_in_use` */
  remove(uid: string): Promise<void>
}

export interface ShelfPorts {
  store: Store
  files: PackageFiles
  clock: Clock
  events: Events
  log: Log
  /** Two uploads of one package must not both move to its place. */
  shared: Pick<Shared, 'inTurn'>
}

export function packageShelf(ports: ShelfPorts, rules: Rules & { maxUploadBytes: number }): Shelf {
  const { store, files, clock, events, log, shared } = ports
  const inTurn = <T>(work: () => Promise<T>) => shared.inTurn('shelf', work)
  const tell = (uid: KeptPackage['uid'], change: 'added' | 'removed'): void => {
    log.info(`package ${change}`, { package: uid })
    events.publish({ kind: 'package', at: new Date(clock.now()).toISOString(), package: uid, change })
  }
  return {
    async receive(body, signal) {
      const draft = await files.draft()
      try {
        const size = await draft.fill(body, rules.maxUploadBytes)
        const found = await examine(draft, rules, signal)
        const kept: KeptPackage = { ...found, size, uploadedAt: clock.now() }
        return await inTurn(async () => {
          // The bytes first: a record must never name what is not there. What is there already stays, as it is served.
          if (!(await store.package(kept.uid))) await draft.keep(kept.uid)
          if (await store.addPackage(kept)) tell(kept.uid, 'added')
          return (await store.package(kept.uid)) ?? kept
        })
      } catch (error) {
        if (error instanceof FleetError) log.warning('package refused', { code: error.code, why: error.message })
        throw error
      } finally {
        await draft.discard()
      }
    },
    remove: (uid) =>
      inTurn(async () => {
        const kept = await store.package(uid)
        const result = await store.removePackage(uid)
        if (result === 'unknown' || !kept) throw new FleetError('package_unknown', `expected a package, got ${uid}`)
        if (result === 'in_use') throw new FleetError('package_in_use', 'stop the rollouts of this package first')
        await files.remove(uid)
        tell(kept.uid, 'removed')
      }),
  }
}
