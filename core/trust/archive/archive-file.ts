/** The file that an archive lies in: as much of an open file as reading it takes. Offsets and sizes in bytes. */
export interface ArchiveFile {
  /** Fills `into` from `at`; returns how many bytes came, 0 at the end. */
  read(into: Uint8Array, at: number): Promise<number>
  size(): Promise<number>
  close(): Promise<void>
}

/** The disk, real or played, that holds archives; the disk port of `core/platform` is one. */
export interface ArchiveFiles {
  /** Follows symlinks; undefined when nothing is there. */
  facts(path: string): Promise<{ kind: string } | undefined>
  open(path: string, as: 'read'): Promise<ArchiveFile>
}
