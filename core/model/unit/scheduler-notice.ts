import type { ErrorInfo } from './error-info.ts'

/** A view of the unit's update manager, one for each part of an update (aoscore.md 2.3, 3). */
export type SchedulerState = 'no_update' | 'downloading' | 'ready_to_update' | 'updating'

/**
 * What a subscriber of the update scheduler is told: how the firmware's (`fota`) or the services' (`sota`) part stands. The
 * lists are empty in `no_update`; `error` is then that of the update which just ended. Versions are the coming ones.
 */
export type SchedulerNotice =
  | {
      part: 'fota'
      state: SchedulerState
      components: readonly { componentId: string; componentType: string; version: string }[]
      error?: ErrorInfo
    }
  | {
      part: 'sota'
      state: SchedulerState
      configVersion?: string
      install: readonly { itemId: string; version: string }[]
      remove: readonly { itemId: string; version: string }[]
      rebalance: boolean
      error?: ErrorInfo
    }
