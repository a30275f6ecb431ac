import { type InstanceIdent, instanceKey } from '@windlass/model/unit'
import type { RunningTime } from '@windlass/platform'
import type { Placement, States } from '../ports.ts'
import type { Identity } from './identities.ts'
import { identOf } from './placement/input.ts'
import { isSubjectHere } from './placer.ts'
import type { Records } from './records.ts'

/** Every instance that the unit knows, whether it runs now or not. */
export class Roster {
  readonly #records: Records
  readonly #time: RunningTime
  readonly #identities: Map<string, Identity>

  constructor(records: Records, time: RunningTime) {
    this.#records = records
    this.#time = time
    this.#identities = records.identities()
  }

  get identities(): ReadonlyMap<string, Identity> {
    return this.#identities
  }

  /** They run now. */
  admit({ nodes }: Placement): void {
    for (const { ident, uid, gid } of [...nodes.values()].flat()) this.#set({ ident, uid, gid, state: 'active' })
  }

  /** Those that are not in the confirmed placement wait for their subject, or for the end of their time to live. */
  retire({ nodes, requests, homeless }: Placement, subjects: ReadonlySet<string>): void {
    const placed = new Set([...[...nodes.values()].flat(), ...homeless].map(({ ident }) => instanceKey(ident)))
    const waiting = requests.filter((request) => !isSubjectHere(request, subjects))
    const isWaiting = (ident: InstanceIdent) =>
      waiting.some(
        (request) =>
          ident.index < request.numInstances && instanceKey(identOf(request, ident.index)) === instanceKey(ident),
      )
    for (const identity of this.#identities.values())
      if (!placed.has(instanceKey(identity.ident)))
        this.#set({ ...identity, state: isWaiting(identity.ident) ? 'disabled' : 'cached' })
  }

  /** Forgets those that were `cached` for longer than that, and what they kept. */
  async expire(ttlMs: number, states: Pick<States, 'remove'>): Promise<void> {
    const end = this.#time.ms() - ttlMs
    for (const [key, { ident, state, sinceMs }] of this.#identities) {
      if (state !== 'cached' || sinceMs > end) continue
      await states.remove(ident)
      this.#identities.delete(key)
      this.#records.forgetIdentity(key)
    }
  }

  #set(identity: Omit<Identity, 'sinceMs'>): void {
    const key = instanceKey(identity.ident)
    const known = this.#identities.get(key)
    if (known?.state === identity.state && known.uid === identity.uid && known.gid === identity.gid) return
    const stored = { ...identity, sinceMs: this.#time.ms() }
    this.#identities.set(key, stored)
    this.#records.saveIdentity(key, stored)
  }
}
