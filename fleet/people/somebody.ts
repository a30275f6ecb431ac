import type { Log } from '@windlass/platform'
import { StartError } from '../fleet-error.ts'
import type { PeopleStore } from './people-store.ts'

/**
 * Beyond loopback nobody is let in without a sign-in, so somebody must be able to; on loopback it is said aloud when nobody
 * has to. @throws StartError `token_required`
 */
export async function checkSomebody(
  people: Pick<PeopleStore, 'hasUsers'>,
  { loopback, operatorToken }: { loopback: boolean; operatorToken: string | null },
  log: Log,
): Promise<void> {
  if (operatorToken !== null || (await people.hasUsers())) return
  if (!loopback)
    throw new StartError(
      'token_required',
      'expected operatorTokenFile or a user to listen beyond loopback, got neither',
    )
  log.warning('no user yet: every program on this machine may do everything; `windlass users new` ends that')
}
