import { mostLabels } from '../groups/group.ts'
import type { Device, ReportEntry } from '../store/records.ts'
import { type AdmissionStore, decommissioned } from './admission.ts'
import type { Approval } from './import.ts'

/** The admission store's fake, over the devices of the memory store. `tell` adds a line of history. */
export function memoryAdmission(
  devices: Map<string, Device>,
  approvals: Map<string, Approval>,
  tell: (device: string, entry: ReportEntry) => void,
): AdmissionStore {
  return {
    async approve(given) {
      const known = given.flatMap(({ device: id, labels }) => {
        const device = devices.get(id)
        return device ? [{ ...device, labels: { ...device.labels, ...labels } }] : []
      })
      if (known.some(({ labels }) => Object.keys(labels).length > mostLabels)) return 'too_many'
      for (const approval of given) approvals.set(approval.device, approval)
      for (const device of known) devices.set(device.id, device)
      return known.length
    },
    async setInService(id, serves, at) {
      const device = devices.get(id)
      if (!device) return 'unknown'
      if ((device.status === decommissioned) !== serves) return 'needless'
      devices.set(id, { ...device, status: serves ? 'idle' : decommissioned, waits: null })
      const status = serves ? 'recommissioned' : decommissioned
      tell(id, { at, package: '', status, concluded: true, previousState: null, errorMessage: null, log: null })
      return 'changed'
    },
  }
}
