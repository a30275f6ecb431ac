import { restKindOf } from '../device/at-rest.ts'

export const rotNoticed = {
  name: 'rot-noticed',
  says: 'a record that is not what was written is set aside and told, never believed',
} as const

/** Records that a program read after they had rotted, by device. Payloads need no list: what runs is looked at. */
export class RottenRecords {
  readonly #unnoticed = new Map<string, Set<string>>()

  rotted(device: string, path: string): void {
    if (restKindOf(path) !== 'record') return
    this.#unnoticed.set(device, this.#of(device).add(path))
  }

  /** What a program says in its log. @returns the record that it set aside */
  heard(device: string, line: string): string | undefined {
    const path = / set aside .*"path":"([^"]+)\.old"/.exec(line)?.[1]
    if (path !== undefined) this.#of(device).delete(path)
    return path
  }

  /** Whoever read it is gone: the next one will read it again. */
  ended(device: string): void {
    this.#unnoticed.delete(device)
  }

  /** What is wrong with saving over this file; undefined where nothing is. */
  replaced(device: string, path: string): string | undefined {
    return this.#of(device).has(path) ? `saves ${path} anew, and had read it rotten` : undefined
  }

  /** In the end: what a device believed all the time. */
  believed(device: string): string | undefined {
    const [path] = this.#of(device)
    return path === undefined ? undefined : `read ${path} rotten and went on with it`
  }

  #of(device: string): Set<string> {
    return this.#unnoticed.get(device) ?? new Set()
  }
}
