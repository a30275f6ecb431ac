import type { Image } from './image.ts'
import type { Spawn } from './meter.ts'
import type { Target } from './target.ts'

/** What all install, and from where: the image, also packed, on a disk of its own folder. */
export interface Scene {
  folder: string
  image: Image
  /** The same image, by `zstd -3`. */
  packed: Image
  target: Target
  /** How our agent is started. */
  agent: readonly string[]
}

/** One way to install. */
export interface Contestant {
  name: string
  /** Programs that must be on PATH, and the Debian package that brings each. */
  needs: Readonly<Record<string, string>>
  /** Makes what is installed, once, untimed: a signed bundle, a package. */
  prepare(scene: Scene): Promise<void>
  /** Starts what runs on a device all the time. */
  start(scene: Scene): Promise<Started>
}

export interface Started {
  /** Process ids. */
  services: readonly number[]
  /** From here on the clock runs, until the target is written and, by whomever, synced. */
  install(spawn: Spawn): Promise<void>
  stop(): Promise<void>
}

/** For tools of which nothing runs before. */
export function alone(install: (spawn: Spawn) => Promise<void>): Started {
  return { services: [], install, stop: async () => {} }
}
