import { flashFiles, flashModules } from '../flash/device-side.ts'
import type { Architecture } from './debian.ts'
import type { RootFiles } from './root-files.ts'

/** What a kind of device has in its root besides the release. */
export interface System {
  name: string
  architecture: Architecture
  /** Debian's package of it. Those for clouds start sooner, and know no hardware but virtual one. */
  kernel: 'linux-image-amd64' | 'linux-image-cloud-amd64' | 'linux-image-cloud-arm64'
  /** Kernel modules with their options, loaded besides where the kernel's command line has `windlass.flash`. */
  flashModules: readonly string[]
  /** Debian packages beyond what all have. */
  packages: readonly string[]
  /** On the data partition it is not part of a release, which makes updates small and the agent start soon. */
  agent: 'in the root' | 'on data'
  /** Files beyond those. */
  files: RootFiles
}

/** A PC with all that Debian's kernel knows: a hardware watchdog, simulated flash. */
export const wholePc: System = {
  name: 'whole-pc',
  architecture: 'amd64',
  kernel: 'linux-image-amd64',
  flashModules,
  packages: ['mtd-utils'],
  agent: 'in the root',
  files: flashFiles,
}

/** A PC that is up and updated soon. */
export const quickPc: System = {
  name: 'quick-pc',
  architecture: 'amd64',
  kernel: 'linux-image-cloud-amd64',
  flashModules: [],
  packages: [],
  agent: 'on data',
  files: {},
}

export const quickArm: System = {
  name: 'quick-arm',
  architecture: 'arm64',
  kernel: 'linux-image-cloud-arm64',
  flashModules: [],
  packages: ['libubootenv-tool'],
  agent: 'on data',
  files: {},
}
