/** A folder that was made for an instance. Times are milliseconds since 1970. */
export interface KeptFolder {
  folder: string
  /** Of its filesystem's; 0: it never had one. Nobody else has it until the folder is forgotten. */
  project: number
  /** Whether all that is in it came into the project. */
  isMarked: boolean
  /** Since when no instance that is ordered has it. */
  unusedSince?: number
}

/** Folders of instances, over restarts. */
export interface StorageRecords {
  folders(): KeptFolder[]
  folder(folder: string): KeptFolder | undefined
  saveFolder(kept: KeptFolder): void
  forgetFolder(folder: string): void
}

export function memoryStorageRecords(): StorageRecords {
  const held = new Map<string, KeptFolder>()
  return {
    folders: () => [...held.values()],
    folder: (folder) => held.get(folder),
    saveFolder: (kept) => void held.set(kept.folder, kept),
    forgetFolder: (folder) => void held.delete(folder),
  }
}
