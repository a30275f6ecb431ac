import type { Journal } from '@windlass/platform'
import * as v from 'valibot'
import { facts, type Trouble } from '../update/facts.ts'

/** How an update failed, while no server could be told. */
export interface Untold {
  uid: string
  trouble: Trouble
}

const list = v.array(v.object({ uid: v.string(), trouble: v.unknown() }))
const mostKept = 8

export function readUntold(value: unknown): Untold[] {
  return v.parse(list, value).map(({ uid, trouble }) => ({ uid, trouble: facts.trouble(trouble) }))
}

/** Failures that are still to be told, one of each package: a server that asks for another one meanwhile never would hear. */
export class UntoldFailures {
  readonly #journal: Journal<Untold[]>

  constructor(journal: Journal<Untold[]>) {
    this.#journal = journal
  }

  async all(): Promise<Untold[]> {
    return (await this.#journal.load()) ?? []
  }

  /** The newest 8 are kept. May be done twice. */
  async add(untold: Untold): Promise<void> {
    const others = (await this.all()).filter(({ uid }) => uid !== untold.uid)
    await this.#journal.save([...others, untold].slice(-mostKept))
  }

  /** It was told, or does not count any more. */
  async forget(uid: string): Promise<void> {
    const known = await this.all()
    if (known.some((untold) => untold.uid === uid)) await this.#journal.save(known.filter((u) => u.uid !== uid))
  }
}
