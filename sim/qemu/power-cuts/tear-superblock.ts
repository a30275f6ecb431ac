import { open } from 'node:fs/promises'
import { offsetsOf } from '../disk/make-disk.ts'
import type { Board } from '../machine/board.ts'

/** Where ext4 has its superblock, and in its first sector the time of the last mount. */
const superblock = 1024
const mounted = 0x2c

/**
 * Leaves the data partition as a cut does that strikes while a mount is written down: the superblock's first sector is
 * new, the second, with the checksum of both, is old.
 */
export async function tearSuperblock(path: string, board: Board): Promise<void> {
  const [, , , , data] = offsetsOf(board.disk)
  const disk = await open(path, 'r+')
  try {
    await disk.write(Buffer.from([1, 2, 3, 4]), 0, 4, data + superblock + mounted)
  } finally {
    await disk.close()
  }
}
