import { type InstanceOrder } from '@windlass/model/unit'
import type { InstanceRecords } from './records.ts'

export function memoryInstanceRecords(): InstanceRecords {
  let held: readonly InstanceOrder[] = []
  let since: number | undefined
  return {
    instances: () => [...held],
    saveInstances: (infos) => {
      held = [...infos]
    },
    offlineSince: () => since,
    saveOfflineSince: (at) => {
      since = at
    },
  }
}
