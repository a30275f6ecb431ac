import type { Layers, PackedLayer } from './layers.ts'

/** Layers that are unpacked by remembering them. */
export class FakeLayers implements Layers {
  /** Diff id → the packed file it came from. */
  readonly unpacked = new Map<string, string>()
  /** Diff ids of what the disk did not keep. */
  readonly rotten = new Set<string>()

  has(diffId: string): Promise<boolean> {
    return Promise.resolve(this.unpacked.has(diffId))
  }

  folder(diffId: string): string {
    return `/layers/${diffId}`
  }

  unpack({ diffId, path }: PackedLayer): Promise<void> {
    this.unpacked.set(diffId, path)
    return Promise.resolve()
  }

  intact(diffId: string): Promise<boolean> {
    return Promise.resolve(!this.rotten.has(diffId))
  }

  discard(diffId: string): Promise<void> {
    this.rotten.delete(diffId)
    return this.remove(diffId)
  }

  list(): Promise<string[]> {
    return Promise.resolve([...this.unpacked.keys()])
  }

  remove(diffId: string): Promise<void> {
    this.unpacked.delete(diffId)
    return Promise.resolve()
  }
}
