import { constants, type Stats } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { deviceCapacity } from './device-capacity.ts'
import { isDiskError } from './disk-error.ts'
import type { FileFacts, Files, OpenAs, OpenFile } from './files.ts'
import { readWhole, replaceWhole, syncFolder } from './whole-file.ts'

const flags: Record<OpenAs, number> = {
  read: constants.O_RDONLY,
  update: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  // Not O_APPEND: Linux would then ignore where a write is meant to go.
  append: constants.O_RDWR | constants.O_CREAT,
}

/** The real disk. */
export const nodeFiles: Files = {
  open: async (path, as) => openFile(await fs.open(path, flags[as])),
  readFile: (path, maxBytes) => readWhole(nodeFiles, path, maxBytes),
  replace: (path, content, mode) => replaceWhole(nodeFiles, path, content, mode),
  rename: (from, to) => fs.rename(from, to),
  remove: async (path) => {
    await orNothing(fs.unlink(path))
  },
  list: async (path) => (await fs.readdir(path)).sort(),
  facts: async (path) => {
    const stats = await orNothing(fs.stat(path))
    return stats && factsOf(stats)
  },
  makeFolder: (path) => makeFolder(resolve(path)),
  realPath: (path) => orNothing(fs.realpath(path)),
  setMode: (path, mode) => fs.chmod(path, mode),
  // -1 is chown(2)'s way to leave one as it is.
  setOwner: (path, uid = -1, gid = -1) => fs.chown(path, uid, gid),
  freeBytes: async (path) => {
    const { bavail, bsize } = await fs.statfs(path)
    return bavail * bsize
  },
}

/** Not by `recursive`: Node never comes to an end with it where nobody can make folders, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  const above = dirname(path)
  try {
    await fs.mkdir(path)
  } catch (error) {
    if (isDiskError(error, 'EEXIST')) return refuseOther(path, error)
    if (!isDiskError(error, 'ENOENT') || (await isFolder(above))) throw error
    await makeFolder(above)
    return makeFolder(path)
  }
  await syncFolder(nodeFiles, above)
}

async function refuseOther(path: string, error: unknown): Promise<void> {
  if (!(await isFolder(path))) throw error
}

async function isFolder(path: string): Promise<boolean> {
  return (await orNothing(fs.stat(path)))?.isDirectory() ?? false
}

function openFile(handle: fs.FileHandle): OpenFile {
  return {
    read: async (into, at) => (await handle.read(into, 0, into.length, at)).bytesRead,
    write: async (bytes, at) => {
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
      }
    },
    size: async () => {
      const stats = await handle.stat({ bigint: true })
      return stats.isBlockDevice() ? deviceCapacity(handle, stats.rdev) : Number(stats.size)
    },
    truncate: (size) => handle.truncate(size),
    sync: () => handle.sync(),
    close: () => handle.close(),
  }
}

function factsOf(stats: Stats): FileFacts {
  const kind = kindOf(stats)
  const device = kind === 'block' || kind === 'char' ? stats.rdev : stats.dev
  const size = kind === 'block' || kind === 'char' ? 0 : stats.size
  return { kind, size, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, device, changed: stats.mtimeMs }
}

function kindOf(stats: Stats): FileFacts['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  if (stats.isBlockDevice()) return 'block'
  return stats.isCharacterDevice() ? 'char' : 'other'
}

async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isDiskError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
