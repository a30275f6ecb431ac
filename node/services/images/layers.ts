import type { LayerPacking } from '@windlass/wire/oci'

/** A packed layer and what it has to unpack to. */
export interface PackedLayer {
  /** The packed, checked file. */
  path: string
  packing: LayerPacking
  /** `sha256:<hex>` of the unpacked archive. */
  diffId: string
}

/** Unpacked layers, each a folder named by its diff id, shared by all images. */
export interface Layers {
  has(diffId: string): Promise<boolean>
  /** Where the layer is, or would be. */
  folder(diffId: string): string
  /**
   * All of it or nothing, also when power is lost; asked twice at a time, it is done once. Whiteouts become those of overlayfs.
   * @throws ServicesError `invalid`, `checksum`, `no_space`, `unsupported`
   */
  unpack(layer: PackedLayer, stop: AbortSignal): Promise<void>
  /** Whether the disk kept all of one that is there; true of one that was unpacked before this was written down. */
  intact(diffId: string): Promise<boolean>
  /** As if it had never been unpacked. What still runs from it goes on. */
  discard(diffId: string): Promise<void>
  /** Diff ids of what is there. */
  list(): Promise<string[]>
  remove(diffId: string): Promise<void>
}
