/** One line of /proc/self/mountinfo, as far as it matters here. `device` is `major:minor`. */
export interface Mount {
  device: string
  source: string
  folder: string
  filesystem: string
}

/** Mounting as a port. */
export interface Mounts {
  list(): Promise<Mount[]>
  /** `options` as in mount(8): generic ones become flags, the rest goes to the filesystem. */
  mount(source: string, folder: string, filesystem: string, options: string): Promise<void>
  unmount(folder: string): Promise<void>
}
