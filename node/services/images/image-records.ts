/** One version of an item that is kept here. */
export interface StoredImage {
  itemId: string
  version: string
  manifestDigest: string
  /** Since when no instance needs it, ms of the node's running time; undefined while one does. */
  removedAt?: number
}

/** What the images remember over restarts. Every save is one transaction. */
export interface ImageRecords {
  images(): StoredImage[]
  saveImages(images: readonly StoredImage[]): void
}

export function memoryImageRecords(): ImageRecords {
  let held: readonly StoredImage[] = []
  return {
    images: () => [...held],
    saveImages: (images) => {
      held = [...images]
    },
  }
}
