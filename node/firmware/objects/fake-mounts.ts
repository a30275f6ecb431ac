import type { Mount, Mounts } from './mounts.ts'

/** Mounting as a list. What a filesystem holds is whatever the disk has in the folder it is mounted on. */
export class FakeMounts implements Mounts {
  /** In the order of mounting. */
  readonly mounted: Mount[]
  /** Every mount so far, with its options. */
  readonly calls: { source: string; folder: string; filesystem: string; options: string }[] = []
  /** The next mount fails with this. */
  failure: Error | undefined

  constructor(mounted: Mount[] = []) {
    this.mounted = [...mounted]
  }

  async list(): Promise<Mount[]> {
    return [...this.mounted]
  }

  async mount(source: string, folder: string, filesystem: string, options: string): Promise<void> {
    const { failure } = this
    this.failure = undefined
    if (failure) throw failure
    this.calls.push({ source, folder, filesystem, options })
    this.mounted.push({ device: '0:0', source, folder, filesystem })
  }

  async unmount(folder: string): Promise<void> {
    const at = this.mounted.findLastIndex((mount) => mount.folder === folder)
    if (at < 0) throw new Error(`${folder} is not mounted`)
    this.mounted.splice(at, 1)
  }
}
