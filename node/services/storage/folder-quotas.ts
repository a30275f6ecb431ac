/**
 * Folders that a filesystem itself keeps within their quotas. A folder is in a project, a number that the filesystem keeps with
 * it; what is made in it later is in the project as well. @throws ServicesError `runtime`
 */
export interface FolderQuotas {
  /** Puts a folder, with all that is in it, into a project. Twice is fine. */
  mark(folder: string, project: number): Promise<void>
  /** 0: none. */
  projectOf(folder: string): Promise<number>
  /** From now on whoever writes more gets EDQUOT. Whoever holds more already may go on holding it. */
  limit(project: number, quota: Quota): Promise<void>
  /** There is no limit any more. */
  lift(project: number): Promise<void>
  /** Projects that have a limit or files, with the bytes that their files take on the disk. */
  projects(): Promise<ReadonlyMap<number, number>>
}

/** Both as the filesystem counts: whole blocks, the folder itself included. */
export interface Quota {
  bytes: number
  files: number
}

/**
 * What to ask of a filesystem so that a folder may hold so many bytes: whole blocks, and one for the folder. As many files as
 * blocks: without a limit, empty ones would be a way to fill the disk for everybody.
 */
export function quotaFor(bytes: number, blockBytes: number): Quota {
  const blocks = Math.ceil(bytes / blockBytes) + 1
  return { bytes: blocks * blockBytes, files: blocks }
}
