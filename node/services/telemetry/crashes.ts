import { type InstanceIdent, instanceKey } from '@windlass/model/unit'
import type { ObservedRun } from '../instances/executor.ts'

/** One life that ended badly; ms since 1970. */
export interface Crash {
  startedAt: number
  endedAt: number
}

const mostOfOne = 20

/** The last crashes of each instance, since this process began. */
export class Crashes {
  readonly #crashes = new Map<string, Crash[]>()

  note({ info, startedAt, ended }: ObservedRun): void {
    if (!ended || ended.code === 0) return
    const key = instanceKey(info.ident)
    this.#crashes.set(key, [...(this.#crashes.get(key) ?? []), { startedAt, endedAt: ended.at }].slice(-mostOfOne))
  }

  of(ident: InstanceIdent): readonly Crash[] {
    return this.#crashes.get(instanceKey(ident)) ?? []
  }
}
