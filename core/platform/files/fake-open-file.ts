import { diskError } from './disk-error.ts'
import type { FakeFile, FakeFolder } from './fake-disk.ts'
import type { FileOperation } from './fake-files.ts'
import type { OpenAs, OpenFile } from './files.ts'

/** What an open fake file needs of its disk. */
export interface FakeDrive {
  /** Counts, logs and maybe fails one operation. */
  step<T>(operation: FileOperation, work: () => T): T
  syncNames(folder: FakeFolder): void
  /** Bytes that still fit. */
  room(): number
  touched(file: FakeFile): void
}

export function openFake(node: FakeFile | FakeFolder, path: string, as: OpenAs, drive: FakeDrive): OpenFile {
  let open = true
  const file = (op: string): FakeFile => {
    if (!open) throw diskError('EBADF', op, path)
    if (node.kind === 'folder') throw diskError('EISDIR', op, path)
    return node
  }
  const writable = (op: string): FakeFile => {
    if (as === 'read') throw diskError('EBADF', op, path)
    return file(op)
  }
  return {
    read: async (into, at) =>
      drive.step({ op: 'read', path, at, bytes: into.length }, () => file('read').content.live.read(into, at)),
    write: async (bytes, at) =>
      drive.step({ op: 'write', path, at, bytes: bytes.length }, () => write(writable('write'), bytes, at)),
    size: async () => (node.kind === 'folder' ? 4096 : file('fstat').content.live.size),
    truncate: async (size) =>
      drive.step({ op: 'truncate', path, at: size }, () => truncate(writable('ftruncate'), size)),
    sync: async () => drive.step({ op: 'sync', path }, () => sync()),
    close: async () => {
      open = false
    },
  }

  function write(to: FakeFile, bytes: Uint8Array, at: number): void {
    const { size } = to.content.live
    const most = to.kind === 'block' ? size : size + Math.max(0, drive.room())
    const fitting = bytes.subarray(0, Math.max(0, most - at))
    to.content.write(fitting, at)
    drive.touched(to)
    if (fitting.length < bytes.length) throw diskError('ENOSPC', 'write', path)
  }

  function truncate(to: FakeFile, size: number): void {
    if (to.kind === 'block') throw diskError('EINVAL', 'ftruncate', path)
    to.content.truncate(size)
    drive.touched(to)
  }

  function sync(): void {
    if (!open) throw diskError('EBADF', 'fsync', path)
    if (node.kind === 'folder') drive.syncNames(node)
    else node.content.sync()
  }
}
