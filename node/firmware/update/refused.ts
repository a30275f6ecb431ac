import type { Failure } from '@windlass/model'
import type { Journal } from '@windlass/platform'
import * as v from 'valibot'

/** A package that was tried here and taken back. `at` is RFC 3339 in UTC. */
export interface Refused {
  uid: string
  why: Failure['message']
  at: string
}

const list = v.array(v.object({ uid: v.string(), why: v.string(), at: v.string() }))
const mostKept = 64

export function readRefused(value: unknown): Refused[] {
  return v.parse(list, value)
}

/** Remembers packages that did not prove themselves, so that the next poll does not install them again. */
export class RefusedPackages {
  readonly #journal: Journal<Refused[]>

  constructor(journal: Journal<Refused[]>) {
    this.#journal = journal
  }

  async find(uid: string): Promise<Refused | undefined> {
    return ((await this.#journal.load()) ?? []).find((refused) => refused.uid === uid)
  }

  /** The newest 64 are kept. May be done twice. */
  async add(refused: Refused): Promise<void> {
    const others = ((await this.#journal.load()) ?? []).filter(({ uid }) => uid !== refused.uid)
    await this.#journal.save([...others, refused].slice(-mostKept))
  }

  /** Forgets one, because someone said that it may be tried again. */
  async forget(uid: string): Promise<void> {
    const known = (await this.#journal.load()) ?? []
    if (known.some((refused) => refused.uid === uid)) await this.#journal.save(known.filter((r) => r.uid !== uid))
  }
}
