import type { Attachment, Place } from './attachment.ts'
import type { NetworkWants } from './network.ts'

/** Who gives instances their addresses. Asked for one instance at a time. */
export interface Places {
  /** `others`: who is there besides. `former`: what it had until now. @throws ServicesError `no_space`, `unreachable` */
  take(wants: NetworkWants, others: readonly Attachment[], former?: Attachment): Promise<Place>
  /** Nobody has it any more. Never rejects. */
  giveBack(gone: Attachment, others: readonly Attachment[]): Promise<void>
}
