import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { DeviceLayout } from '../device/layout.ts'
import { siteTree, systemTree } from './gateway.ts'
import type { ImageKind } from './image-kind.ts'
import { packTar } from './tar.ts'

/** Size of a system image. */
export const systemBytes = 64 * 1024 * 1024

/** What a version is made of, before it is packed. */
export interface Release {
  version: string
  system: string
  /** The tarball, and the same compressed, as it is packed. */
  site: string
  packedSite: string
}

/** Makes the files of one version in a folder of its own. */
export async function makeRelease(
  version: string,
  options: { uplink: boolean },
  { kind, work }: { kind: ImageKind; work: string },
): Promise<Release> {
  const folder = join(work, version)
  await mkdir(folder, { recursive: true })
  const system = join(folder, `system-${version}.${kind.name}`)
  const site = join(folder, `site-${version}.tar`)
  const image = { path: system, bytes: systemBytes, label: `gateway-${version}` }
  await kind.make(systemTree(version, options), image, folder)
  const tar = packTar(siteTree(version))
  await writeFile(site, tar)
  await writeFile(`${site}.gz`, gzipSync(tar))
  return { version, system, site, packedSite: `${site}.gz` }
}

export async function removeRelease({ version }: Release, work: string): Promise<void> {
  await rm(join(work, version), { recursive: true })
}

/**
 * What `windlass pack` is told (docs/package.md). The tarball is an object of mode raw that the agent unpacks onto a file
 * beside the slot: mode tarball would mount a filesystem, which needs root.
 */
export function description(release: Release, product: string, hardware: string, { slots }: DeviceLayout): object {
  const { a, b } = slots
  return {
    product,
    version: release.version,
    hardware: [hardware],
    objects: [
      { mode: 'raw', file: release.system, target: { a: a.system, b: b.system } },
      { mode: 'raw', file: release.packedSite, target: { a: a.site, b: b.site }, truncate: 'true' },
    ],
  }
}
