import { dirname } from 'node:path/posix'
import type { Files, OpenFile } from '@windlass/platform'
import { type FakeFiles, type FileOp, readWhole, replaceWhole } from '@windlass/platform/fakes'

/** One operation on its way to the disk. */
export interface FileStep<T> {
  op: FileOp
  path: string
  /** Of a write: where, and how many bytes. */
  at?: number
  bytes?: number
  work(): Promise<T>
  /** Of a write: does only a part of it, from byte to byte, for good. */
  part?(from: number, to: number): Promise<void>
}

export type FileGate = <T>(step: FileStep<T>) => Promise<T>

/** The same disk, each single operation of which passes a gate. */
export function gatedFiles(disk: FakeFiles, gate: FileGate): Files {
  const files: Files = {
    open: async (path, as) => {
      const op = as === 'create' ? 'create' : 'open'
      return gatedFile(await gate({ op, path, work: () => disk.open(path, as) }), path, gate)
    },
    readFile: (path, maxBytes) => readWhole(files, path, maxBytes),
    replace: (path, content) => replaceWhole(files, path, content),
    rename: (from, to) => gate({ op: 'rename', path: from, work: () => disk.rename(from, to) }),
    remove: (path) => gate({ op: 'remove', path, work: () => disk.remove(path) }),
    list: (path) => gate({ op: 'list', path, work: () => disk.list(path) }),
    facts: (path) => gate({ op: 'facts', path, work: () => disk.facts(path) }),
    async makeFolder(path) {
      if ((await disk.facts(path))?.kind === 'folder') return
      if (path !== '/') await files.makeFolder(dirname(path))
      await gate({ op: 'makeFolder', path, work: () => disk.makeFolder(path) })
    },
    realPath: (path) => gate({ op: 'realPath', path, work: () => disk.realPath(path) }),
    setMode: (path, mode) => gate({ op: 'setMode', path, work: () => disk.setMode(path, mode) }),
    setOwner: (path, uid, gid) => gate({ op: 'setOwner', path, work: () => disk.setOwner(path, uid, gid) }),
    freeBytes: (path) => gate({ op: 'facts', path, work: () => disk.freeBytes(path) }),
  }
  return files
}

function gatedFile(file: OpenFile, path: string, gate: FileGate): OpenFile {
  return {
    read: (into, at) => gate({ op: 'read', path, work: () => file.read(into, at) }),
    write: (bytes, at) =>
      gate({
        op: 'write',
        path,
        at,
        bytes: bytes.length,
        work: () => file.write(bytes, at),
        async part(from, to) {
          await file.write(bytes.subarray(from - at, to - at), from)
          await file.sync()
        },
      }),
    size: () => gate({ op: 'facts', path, work: () => file.size() }),
    truncate: (size) => gate({ op: 'truncate', path, work: () => file.truncate(size) }),
    sync: () => gate({ op: 'sync', path, work: () => file.sync() }),
    close: () => file.close(),
  }
}
