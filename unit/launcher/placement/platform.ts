import type { RuntimeInfo } from '@windlass/model/unit'
import type { ItemVariant, Platform } from '@windlass/wire/oci'

/** What a variant is made for; undefined when it says nothing. */
export function platformOf({ platform, image }: ItemVariant): Platform | undefined {
  return platform ?? image?.platform
}

/** What the platform names has to be there; what it leaves empty may be anything (aoscore.md 5.3). */
export function runsOn(platform: Platform, { arch, os }: Pick<RuntimeInfo, 'arch' | 'os'>): boolean {
  return (
    agree(platform.architecture, arch.architecture) &&
    agree(platform.variant, arch.variant) &&
    agree(platform.os, os.os) &&
    agree(platform.osVersion, os.version) &&
    platform.osFeatures.every((feature) => os.features.includes(feature))
  )
}

function agree(wanted: string | undefined, has: string | undefined): boolean {
  return !wanted || wanted === has
}
