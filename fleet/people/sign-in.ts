import type { Log, Random } from '@windlass/platform'
import { FleetError } from '../fleet-error.ts'
import type { Passwords } from './passwords.ts'
import type { PeopleStore } from './people-store.ts'
import { digestOf, newSessionText } from './secrets.ts'

export interface SignInPorts {
  store: PeopleStore
  passwords: Passwords
  random: Random
  log: Log
  now(): number
}

/** A session ends so long after the sign-in, used or not. */
export const sessionMs = 12 * 3600 * 1000
const freeTries = 5
const firstLockMs = 60_000
const longestLockMs = 15 * 60_000

/** How long a name is locked after so many wrong passwords in a row: not at all for four, then a minute, doubling, at most 15. */
export function lockMs(failures: number): number {
  return failures < freeTries ? 0 : Math.min(firstLockMs * 2 ** (failures - freeTries), longestLockMs)
}

/**
 * Answers the session's text, which is not kept. One refusal for a name that is not there, a wrong password and a locked name:
 * nobody learns which names there are. @throws FleetError `sign_in_refused`
 */
export async function signIn(ports: SignInPorts, name: string, password: string): Promise<string> {
  const { store, passwords, log, now } = ports
  const user = await store.user(name)
  const locked = (user?.lockedUntil ?? 0) > now()
  const matches = await passwords.matches(password, user?.passwordHash ?? null)
  if (user && matches && !locked) return beginSession(ports, name)
  if (user && !locked) {
    const at = now()
    await store.countFailure(name, (failures) => (lockMs(failures) > 0 ? at + lockMs(failures) : null))
  }
  // The name as typed may be a password that went into the wrong box.
  log.warning('sign-in refused', { user: user ? name : 'unknown', locked })
  throw new FleetError(
    'sign_in_refused',
    `expected a name and its password; after ${freeTries} wrong ones in a row a name waits up to 15 minutes`,
  )
}

/** For who has proved to be this user. */
export async function beginSession({ store, random, log, now }: SignInPorts, name: string): Promise<string> {
  const text = newSessionText(random)
  const at = now()
  await store.addSession({ hash: digestOf(text), user: name, expiresAt: at + sessionMs }, at)
  log.info('signed in', { user: name })
  return text
}
