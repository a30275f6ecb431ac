import { dirname, join } from 'node:path/posix'
import type { CopyObject } from '@windlass/model'
import type { Files } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'
import { ownerId } from './owner.ts'
import { filled } from './pieces.ts'
import type { ObjectPorts } from './port.ts'
import { noSpace } from './space.ts'

const pieceBytes = 1024 * 1024
const syncEveryBytes = 32 * 1024 * 1024
// One name, so that what a killed run left is overwritten and never piles up.
const unfinished = '.windlass-unfinished'

/** Permission bits and numeric owners; undefined leaves what the replaced file had, or the system's default. */
export interface Owners {
  mode: number | undefined
  uid: number | undefined
  gid: number | undefined
}

/** @throws UpdateError `install_failed` for names that this system does not know */
export async function ownersOf(object: CopyObject, ports: ObjectPorts): Promise<Owners> {
  return {
    mode: object.targetMode ?? undefined,
    uid: await ownerId('user', object.targetUid, ports),
    gid: await ownerId('group', object.targetGid, ports),
  }
}

/**
 * Puts a file there whole or not at all: written beside, synced, renamed, folder synced. Only where old and new do not
 * fit side by side (`needed` bytes, 0 when unknown) the old one goes first.
 * @throws UpdateError `no_space`, `install_failed`
 */
export async function placeFile(
  path: string,
  needed: number,
  owners: Owners,
  pieces: AsyncIterable<Uint8Array>,
  { files, log }: ObjectPorts,
): Promise<void> {
  const old = await files.facts(path)
  if (old && old.kind !== 'file') {
    throw new UpdateError('install_failed', `target-path: expected a file or nothing, got a ${old.kind}`)
  }
  const fresh = join(dirname(path), unfinished)
  // Never opened if it is there: it could be a symlink to somewhere else.
  await files.remove(fresh)
  await makeRoom(path, old?.size ?? 0, needed, { files, log })
  try {
    await write(fresh, keeping(owners, old), pieces, files)
    await files.rename(fresh, path)
  } catch (error) {
    await files.remove(fresh).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(path), files)
}

const keeping = ({ mode, uid, gid }: Owners, old: Partial<Owners> | undefined): Owners => ({
  mode: mode ?? old?.mode,
  uid: uid ?? old?.uid,
  gid: gid ?? old?.gid,
})

async function makeRoom(
  path: string,
  oldBytes: number,
  needed: number,
  { files, log }: Pick<ObjectPorts, 'files' | 'log'>,
): Promise<void> {
  const free = await files.freeBytes(dirname(path))
  if (needed <= free) return
  if (needed > free + oldBytes) throw noSpace(path, needed, free + oldBytes, 'its filesystem')
  log.info('removing the old file first, both do not fit', { needed, free })
  await files.remove(path)
}

async function write(
  path: string,
  { mode, uid, gid }: Owners,
  pieces: AsyncIterable<Uint8Array>,
  files: Files,
): Promise<void> {
  const file = await files.open(path, 'create')
  try {
    let at = 0
    for await (const piece of filled(pieces, pieceBytes)) {
      await file.write(piece, at)
      at += piece.length
      if (at % syncEveryBytes === 0) await file.sync()
    }
    // In this order: a change of owner takes the set-user-id bit away.
    if (uid !== undefined || gid !== undefined) await files.setOwner(path, uid, gid)
    if (mode !== undefined) await files.setMode(path, mode)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string, files: Files): Promise<void> {
  const folder = await files.open(path, 'read')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
