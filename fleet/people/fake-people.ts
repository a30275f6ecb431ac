import { SeededRandom } from '@windlass/platform/fakes'
import { memoryPeopleStore } from './memory-people-store.ts'
import { scryptPasswords } from './passwords.ts'
import type { PeoplePorts } from './people.ts'

/** People in memory, whose passwords cost next to nothing. */
export function fakePeople(): Pick<PeoplePorts, 'store' | 'passwords' | 'random'> {
  return {
    store: memoryPeopleStore(),
    passwords: scryptPasswords({ N: 2, r: 1, p: 1 }),
    random: new SeededRandom(7),
  }
}
