import type { FakeFiles } from '@windlass/platform/fakes'
import type { Release } from '../world/catalogue.ts'

/** The sticks that are plugged into a device. */
export class Sticks {
  readonly #disk: FakeFiles
  readonly #bytes = new Map<string, number>()

  constructor(disk: FakeFiles) {
    this.#disk = disk
  }

  /** What is on them, which is nothing that the device keeps. */
  get bytes(): number {
    return [...this.#bytes.values()].reduce((sum, size) => sum + size, 0)
  }

  /** Puts the package of a release on one, as a file. @returns its path */
  plugIn({ version, archive }: Release): string {
    const path = `/media/stick/${version}.uhupkg`
    this.#disk.put(path, archive)
    this.#bytes.set(path, archive.length)
    return path
  }
}
