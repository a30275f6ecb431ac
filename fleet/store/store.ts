import type { Within } from '../groups/extent.ts'
import type { GroupStore, Selection } from '../groups/group.ts'
import type { AdmissionStore } from '../identity/admission.ts'
import type { PhaseList } from '../rollout/audience.ts'
import type { Forecast } from '../rollout/forecast.ts'
import type { Plan } from '../rollout/plan.ts'
import type { Progress } from '../rollout/progress.ts'
import type {
  Attempt,
  Counts,
  Device,
  KeptPackage,
  Known,
  ReportEntry,
  Rollout,
  Rule,
  Sight,
  Target,
} from './records.ts'

/** What is to be written after a device was heard. */
export interface Conclusion {
  /** Replace those of the same device and package. */
  attempts: readonly Attempt[]
  reports: readonly ReportEntry[]
  status?: string
  /** Why the fleet does not listen to it: one that is not known is not registered. */
  refused?: string | undefined
  /** A place in a rollout with a speed is taken, unless somebody took one since `seq`: then nothing is written. */
  place?: { rollout: number; seq: number; minute: number } | undefined
}

/** `news`: whether the device is new, or runs something else than before. */
export interface Heard extends Known {
  news: 'registered' | 'changed' | 'none'
  /** Version of the package asked for in `observe`, where the fleet keeps it. */
  packageVersion: string | null
  /** An operator let it come. */
  approved: boolean
  /** Its kernel is another life than at its last probe. */
  restarted: boolean
}

export interface NewRollout {
  package: KeptPackage
  to: Target
  createdAt: number
  startAt: number | null
  metered?: boolean
  plan?: Plan
  lists?: readonly PhaseList[]
  /** An order that comes again under the same `key` starts nothing. `asked`: a digest of all that it says. */
  once?: { key: string; asked: string } | null
}

/** `upTo`: the last line of history that was looked at. A device is `updated` from when the rollout's attempt was. */
export interface Troubles {
  upTo: number
  updated: number
  others: number
}

/** One device of a rollout. */
export interface Member {
  known: Known
  state: keyof Counts
}

/**
 * The fleet's records. Every method is one transaction: all of it survives a power cut when it returns, or none; only when a device
 * that had nothing new to tell was last heard may be lost with the last second.
 * Lists of devices are ordered by id; `after` is the last id of the piece before.
 */
export interface Store extends GroupStore, AdmissionStore {
  /**
   * Writes down that a device was heard and what follows from it. `conclude` is pure and sees the device as it is after
   * the sight; it may be called again when another sight of the device came in between. What a probe that tells nothing
   * new leaves is written before it is called. A device not known before is registered, with the
   * labels that an operator gave it beforehand.
   */
  observe<C extends Conclusion>(sight: Sight, packageUid: string | null, conclude: (heard: Heard) => C): Promise<C>

  /** False when it was there: then only the signature is replaced. */
  addPackage(kept: KeptPackage): Promise<boolean>
  package(uid: string): Promise<KeptPackage | undefined>
  packages(): Promise<KeptPackage[]>
  /** What holds for packages, by uid. */
  rules(): Promise<Rule[]>
  /** False where the package is not known. */
  setRule(uid: string, rule: Pick<Rule, 'needs' | 'floor'>): Promise<boolean>
  removePackage(uid: string): Promise<'removed' | 'unknown' | 'in_use'>

  /**
   * Undefined where a device is named that is not known. Not `fresh`: the key had its rollout already, and that is given.
   */
  addRollout(order: NewRollout): Promise<{ rollout: Rollout; fresh: boolean } | undefined>
  /** What an order would do if it were given now. Undefined as of `addRollout`. */
  forecast(order: NewRollout): Promise<Forecast[] | undefined>
  /** The devices of a rollout that took its package up, or run it, by what they ran before; ids in order. */
  ranBefore(rollout: number): Promise<{ version: string | null; devices: string[] }[]>
  /**
   * Devices of a rollout whose first line of trouble since line `from` came after line `after`; null: only how far history goes.
   * Trouble is a restart without an update, or a failure or roll-back of another package. Who failed with the rollout's own
   * package is left out.
   */
  troubles(rollout: number, from: number | null, after: number | null): Promise<Troubles>
  rollout(id: number): Promise<Rollout | undefined>
  rollouts(): Promise<Rollout[]>
  /**
   * Takes a rollout further. `change` is pure and sees the rollout as it is; nobody else changes it meanwhile. Undefined of
   * `change` leaves it. Answers the rollout as it is then; undefined where there is none.
   */
  changeRollout(id: number, change: (rollout: Rollout) => Progress | undefined): Promise<Rollout | undefined>
  /** Of devices that lie within. Counted from the devices' own records, so that they cannot drift. */
  counts(rollouts: readonly number[], within?: Within): Promise<Map<number, Counts>>
  /** The same for one rollout, by its phases. */
  tallies(rollout: number, within?: Within): Promise<Counts[]>
  /** Those that lie within. `at`: see `known`. */
  members(rollout: number, limit: number, after: string | undefined, at?: number, within?: Within): Promise<Member[]>

  /** With `at`, its orders say what pace their rollouts have then. */
  known(device: string, at?: number): Promise<Known | undefined>
  devices(query: Selection & { limit: number; after?: string | undefined }): Promise<Device[]>
  /** Newest first. */
  history(device: string, limit: number): Promise<(ReportEntry & { id: number })[]>
  /** `needless` when there is no failed or rolled back attempt. */
  allowRetry(device: string, packageUid: string): Promise<'allowed' | 'needless'>

  /** Throws when the records cannot be read. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** How many lines of history are kept for a device; older ones go. */
export const historyLimit = 500
