import { dirname } from 'node:path/posix'
import type { Files, OpenFile } from '@windlass/platform'
import { type FakeFiles, type FileOp, readWhole, replaceWhole } from '@windlass/platform/fakes'

export type FileGate = <T>(op: FileOp, path: string, work: () => Promise<T>) => Promise<T>

/** The same disk, each single operation of which passes a gate. */
export function gatedFiles(disk: FakeFiles, gate: FileGate): Files {
  const files: Files = {
    open: async (path, as) => {
      const opened = await gate(as === 'create' ? 'create' : 'open', path, () => disk.open(path, as))
      return gatedFile(opened, path, gate)
    },
    readFile: (path, maxBytes) => readWhole(files, path, maxBytes),
    replace: (path, content) => replaceWhole(files, path, content),
    rename: (from, to) => gate('rename', from, () => disk.rename(from, to)),
    remove: (path) => gate('remove', path, () => disk.remove(path)),
    list: (path) => gate('list', path, () => disk.list(path)),
    facts: (path) => gate('facts', path, () => disk.facts(path)),
    async makeFolder(path) {
      if ((await disk.facts(path))?.kind === 'folder') return
      if (path !== '/') await files.makeFolder(dirname(path))
      await gate('makeFolder', path, () => disk.makeFolder(path))
    },
    realPath: (path) => gate('realPath', path, () => disk.realPath(path)),
    setMode: (path, mode) => gate('setMode', path, () => disk.setMode(path, mode)),
    setOwner: (path, uid, gid) => gate('setOwner', path, () => disk.setOwner(path, uid, gid)),
    freeBytes: (path) => gate('facts', path, () => disk.freeBytes(path)),
  }
  return files
}

function gatedFile(file: OpenFile, path: string, gate: FileGate): OpenFile {
  return {
    read: (into, at) => gate('read', path, () => file.read(into, at)),
    write: (bytes, at) => gate('write', path, () => file.write(bytes, at)),
    size: () => gate('facts', path, () => file.size()),
    truncate: (size) => gate('truncate', path, () => file.truncate(size)),
    sync: () => gate('sync', path, () => file.sync()),
    close: () => file.close(),
  }
}
