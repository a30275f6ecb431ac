import type { Platform } from '@windlass/wire/oci'

/** `OS/ARCHITECTURE` or `OS/ARCHITECTURE/VARIANT`, as in `linux/arm64` and `linux/arm/v7`. */
export type PlatformName = string

export const platformName = /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9._]+)?$/

/** Without a variant any will do. */
export function fits({ os, architecture, variant }: Platform, name: PlatformName): boolean {
  const [wantedOs, wantedArchitecture, wantedVariant] = name.split('/')
  return os === wantedOs && architecture === wantedArchitecture && [undefined, variant].includes(wantedVariant)
}
