/** One open file or block device. All offsets and sizes are bytes. */
export interface OpenFile {
  /** Fills `into` from `at`; returns how many bytes came, 0 at the end. */
  read(into: Uint8Array, at: number): Promise<number>
  /** Writes all of `bytes` at `at`. */
  write(bytes: Uint8Array, at: number): Promise<void>
  /** Length of a file, capacity of a block device (measured by seeking to its end). */
  size(): Promise<number>
  truncate(size: number): Promise<void>
  /** Returns when the data would survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface FileFacts {
  kind: 'file' | 'folder' | 'block' | 'char' | 'other'
  /** Bytes; 0 for devices. */
  size: number
  /** Permission bits, 0 to 0o7777. */
  mode: number
  /** Who owns it, by number. */
  uid: number
  gid: number
  /** Device number of the file itself when it is a device, else of the filesystem that holds it. */
  device: number
  /** Milliseconds since 1970. */
  changed: number
}

/**
 * How to open: `read` an existing one; `update`: read and write an existing one; `create` or empty it; `append`: create it
 * or keep what it holds (writes go where they say, also here). A folder may be opened to `read`: only for `sync`, which
 * makes the names in it survive a power cut.
 */
export type OpenAs = 'read' | 'update' | 'create' | 'append'

/**
 * The disk as a port. Errors are Node's own, with their `code` (ENOENT, ENOSPC, EIO …): the fake throws the same.
 */
export interface Files {
  open(path: string, as: OpenAs): Promise<OpenFile>
  /** Reads a whole small file. @throws FilesError `too_large` past `maxBytes` */
  readFile(path: string, maxBytes: number): Promise<Uint8Array>
  /**
   * Replaces the file or leaves it untouched: temporary file (`<path>.tmp`), sync, rename, sync of the folder. Makes the
   * folders. One writer per path at a time. `mode`: permission bits, set before there is anything to read.
   */
  replace(path: string, bytes: string | Uint8Array, mode?: number): Promise<void>
  /** Survives a power cut once the folders were synced. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; absent is fine. Survives a power cut once the folder was synced. */
  remove(path: string): Promise<void>
  /** Names in a folder, sorted; ENOENT when there is none. */
  list(path: string): Promise<string[]>
  /** Follows symlinks; undefined when nothing is there. */
  facts(path: string): Promise<FileFacts | undefined>
  /** With the folders above it; one that is there is fine. */
  makeFolder(path: string): Promise<void>
  /** The path with every symlink on its way followed; undefined when nothing is there. */
  realPath(path: string): Promise<string | undefined>
  /** Sets the permission bits, 0 to 0o7777. Follows symlinks. */
  setMode(path: string, mode: number): Promise<void>
  /** Gives it to this user and group; undefined leaves that one as it is. Follows symlinks. */
  setOwner(path: string, uid: number | undefined, gid: number | undefined): Promise<void>
  /** Bytes an unprivileged writer may still put on the filesystem that holds `path`. */
  freeBytes(path: string): Promise<number>
}
