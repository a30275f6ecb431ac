/** What we write. Each also has an older name by which Docker knows it; that is read as well. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  itemConfig: 'application/vnd.aos.service.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  componentFullGzip: 'application/vnd.aos.image.component.full.v1+gzip',
  componentFullSquashfs: 'application/vnd.aos.image.component.full.v1+squashfs',
  /** Ours: a uhupkg package, for update managers. */
  componentPackage: 'application/vnd.aos.image.component.full.v1+uhupkg',
  componentIncrementalSquashfs: 'application/vnd.aos.image.component.inc.v1+squashfs',
} as const

const dockerIndex = 'application/vnd.docker.distribution.manifest.list.v2+json'
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json'

export const indexTypes: readonly string[] = [mediaTypes.index, dockerIndex]
export const manifestTypes: readonly string[] = [mediaTypes.manifest, dockerManifest]

export type LayerPacking = 'tar' | 'gzip' | 'zstd'

const packings: Readonly<Record<string, LayerPacking>> = {
  [mediaTypes.layer]: 'tar',
  [mediaTypes.layerGzip]: 'gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd': 'zstd',
  'application/vnd.docker.image.rootfs.diff.tar': 'tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd': 'zstd',
}

/** How a container layer is packed; undefined when it is no such layer. */
export function layerPacking(mediaType: string): LayerPacking | undefined {
  return packings[mediaType]
}

/** Whether a layer is a component's image, and of which kind (aoscore.md 4.7); undefined when it is none. */
export function componentImage(mediaType: string): 'full' | 'incremental' | undefined {
  const kind = /^(?:application\/)?vnd\.aos\.image\.component\.(full|inc)\b/.exec(mediaType)?.[1]
  if (kind === undefined) return undefined
  return kind === 'full' ? 'full' : 'incremental'
}
