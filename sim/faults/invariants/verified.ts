import type { Release } from '../world/catalogue.ts'

export const verified = {
  name: 'verified',
  says: 'what runs was signed by the right key, for this hardware, and came byte for byte',
} as const

/** `release`: undefined for what left the factory. */
export function unverified(version: string, release: Release | undefined): string | undefined {
  return release && !release.runnable ? `runs ${version}, which is ${release.kind}` : undefined
}
