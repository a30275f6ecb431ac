import { type InstanceIdent, instanceKey } from '@windlass/model/unit'
import { UnitError } from '../unit-error.ts'

/**
 * What an instance keeps as long as the unit knows it: user and group, and with them its folders. `disabled`: its subject
 * is not there. `cached`: no longer wanted, kept for its time to live.
 */
export interface Identity {
  ident: InstanceIdent
  uid: number
  gid: number
  state: 'active' | 'disabled' | 'cached'
  /** Since when it is in its state, by the unit's running time. */
  sinceMs: number
}

/** User and group numbers of instances (aoscore.md 5.1). */
const first = 5000
const last = 10_000

/**
 * Numbers for instances: those they have, else the lowest free ones; one group an item. Equal questions get equal answers.
 * @throws UnitError `no_space` when all are taken
 */
export function numbersFor(
  idents: readonly InstanceIdent[],
  known: ReadonlyMap<string, Identity>,
): Map<string, Pick<Identity, 'uid' | 'gid'>> {
  const users = new Set([...known.values()].map(({ uid }) => uid))
  const groups = new Map([...known.values()].map(({ ident, gid }) => [ident.itemId, gid]))
  const taken = new Set(groups.values())
  const numbers = new Map<string, Pick<Identity, 'uid' | 'gid'>>()
  let [user, group] = [first, first]
  for (const ident of idents) {
    const key = instanceKey(ident)
    const had = known.get(key)
    const gid = groups.get(ident.itemId) ?? (group = lowestFree(taken, group))
    groups.set(ident.itemId, gid)
    taken.add(gid)
    const uid = had?.uid ?? (user = lowestFree(users, user))
    users.add(uid)
    numbers.set(key, { uid, gid })
  }
  return numbers
}

function lowestFree(taken: ReadonlySet<number>, from: number): number {
  for (let number = from; number <= last; number++) if (!taken.has(number)) return number
  throw new UnitError('no_space', `expected a free number from ${first} to ${last}, got none`)
}
