import type { Heard } from '../store/store.ts'
import type { Approval } from './import.ts'

/** `open`: whoever asks for updates is taken in. `approved`: only devices that an operator imported, or that are known. */
export type Admission = 'open' | 'approved'

/** The status of a device that an operator took out of service: it keeps its records, and is refused. */
export const decommissioned = 'decommissioned'

/** Why the fleet does not listen to a device; undefined when it does. Pure. */
export function refusalOf({ device, news, approved }: Heard, admission: Admission): string | undefined {
  if (device.status === decommissioned) return 'the device was decommissioned'
  if (admission === 'approved' && news === 'registered' && !approved) return 'the device was not approved'
  return undefined
}

export interface AdmissionStore {
  /**
   * Lets devices come that are not known yet, and labels those that are; all of them, or none. Returns how many are known;
   * `too_many` where one of them would have too many labels.
   */
  approve(approvals: readonly Approval[], at: number): Promise<number | 'too_many'>
  /** Takes a device out of service or back, with a line in its history. `needless`: it is there already. */
  setInService(device: string, serves: boolean, at: number): Promise<'changed' | 'needless' | 'unknown'>
}
