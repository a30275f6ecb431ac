/** A folder that was made for an instance. */
export interface KeptFolder {
  folder: string
  /** Of its filesystem's; 0: it never had one. Nobody else has it until the folder is forgotten. */
  project: number
  /** Whether all that is in it came into the project. */
  isMarked: boolean
  /** For how long no instance that is ordered has had it, ms in which this was looked at; absent while one has. */
  unusedMs?: number
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
