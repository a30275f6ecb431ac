import type { InstallationSet } from './installation-set.ts'
import type { PackageObject } from './package-object.ts'

/** An update: what to install on which hardware, once for each installation set (updatehub.md 5.1). */
export interface Package {
  product: string
  version: string
  hardware: 'any' | readonly string[]
  sets: Readonly<Record<InstallationSet, readonly PackageObject[]>>
}

export function objectsFor(pkg: Package, set: InstallationSet): readonly PackageObject[] {
  return pkg.sets[set]
}

/** Exact and case-sensitive; an empty list matches nothing. */
export function supportsHardware(pkg: Package, hardware: string): boolean {
  return pkg.hardware === 'any' || pkg.hardware.includes(hardware)
}

/** Each content once, in the order first met: set a before set b. */
export function distinctObjects(objects: readonly PackageObject[]): PackageObject[] {
  const seen = new Map<string, PackageObject>()
  for (const object of objects) if (!seen.has(object.sha256sum)) seen.set(object.sha256sum, object)
  return [...seen.values()]
}
