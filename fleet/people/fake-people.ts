import { SeededRandom } from '@windlass/platform/fakes'
import type { AuditStore } from './audit.ts'
import { memoryAuditStore } from './memory-audit-store.ts'
import { memoryPeopleStore } from './memory-people-store.ts'
import { scryptPasswords } from './passwords.ts'
import type { PeoplePorts } from './people.ts'

/** People in memory, whose passwords cost next to nothing. */
export function fakePeople(): Pick<PeoplePorts, 'store' | 'passwords' | 'random'> & { audit: AuditStore } {
  return {
    store: memoryPeopleStore(),
    audit: memoryAuditStore(),
    passwords: scryptPasswords({ N: 2, r: 1, p: 1 }),
    random: new SeededRandom(7),
  }
}
