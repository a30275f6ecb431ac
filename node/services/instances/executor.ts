import { type InstanceOrder } from '@windlass/model/unit'
import type { HealthCheck } from '@windlass/wire/oci'
import type { RestartRule } from './restart.ts'

/** How a run came to its end. `code` is null when nobody saw it (its supervisor was killed as well). */
export interface Ended {
  code: number | null
  /** Milliseconds since 1970. */
  at: number
  why: string
}

/** One run of an instance, as the node has it. `token` is new with every start. */
export interface ObservedRun {
  info: InstanceOrder
  token: string
  /** Milliseconds since 1970. */
  startedAt: number
  ended?: Ended
}

/** What an image says about how its instances are kept running. */
export interface Traits {
  restart: RestartRule
  /** Stopped when the cloud was away that long; undefined for never. */
  offlineTtlMs?: number
  health?: HealthCheck
}

/** The node's hands, as the set of instances needs them. Each may be asked twice for the same. @throws ServicesError */
export interface Executor {
  /** All runs on this node, also those of an earlier life of this process. */
  observe(): Promise<ObservedRun[]>
  /** Manifest digests of images that can be started. */
  images(): Promise<ReadonlySet<string>>
  /** Of an image that can be started. */
  traits(manifestDigest: string): Promise<Traits>
  fetch(of: InstanceOrder, stop: AbortSignal): Promise<void>
  /** Clears what an ended run left, and returns when the service's first process runs. */
  start(info: InstanceOrder): Promise<void>
  /** Returns when nothing of it is left. */
  stop(info: InstanceOrder): Promise<void>
  /** Ends it the hard way and leaves its end to be observed. */
  kill(info: InstanceOrder): Promise<void>
  /** Whether the check's command, run inside of the instance, ended with 0 in time. */
  check(info: InstanceOrder, check: HealthCheck, stop: AbortSignal): Promise<boolean>
  /** Calls back whenever a run may have ended. */
  subscribe(heard: () => void): Disposable
}
