import type { VersionPattern } from '@windlass/model'
import { kernelVersion } from './kernel-version.ts'
import type { ObjectPorts } from './port.ts'
import { bytesOf, type Region } from './region.ts'
import { search } from './search.ts'

/** `U-Boot 2024.01-rc3 (Jan 08 2024 - 15:37:48 +0000)`, also of its first stage. */
const uBoot = String.raw`U-Boot(?: SPL)? (\S{1,128}) \([^)\n]{1,256}\)`

/** The version that a region holds, or undefined (updatehub.md 5.5). @throws SearchTooSlow */
export function findVersion(pattern: VersionPattern, region: Region, ports: ObjectPorts): Promise<string | undefined> {
  switch (pattern.kind) {
    case 'linux-kernel':
      return kernelVersion(region, ports)
    case 'u-boot':
      return search(bytesOf(region), uBoot)
    case 'regexp':
      // `buffer-size` is how much the real agent reads at once, not how far it searches.
      return search(bytesOf(region, pattern.seek), pattern.regexp)
  }
}
