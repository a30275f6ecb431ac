import type { InstanceInfo } from './instance.ts'
import type { InstanceRecords } from './records.ts'

export function memoryInstanceRecords(): InstanceRecords {
  let held: readonly InstanceInfo[] = []
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
