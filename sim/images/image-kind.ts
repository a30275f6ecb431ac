import type { Processes } from '@windlass/platform'
import { ext4Images } from './ext4.ts'
import { plainImages } from './plain.ts'
import type { Tree } from './tree.ts'

/** How images are made and looked into on this machine, without root. */
export interface ImageKind {
  /** As file name ending and in the narration. */
  name: 'ext4' | 'plain'
  /** Makes an image file of exactly `bytes`; `work` is a folder for what is needed meanwhile. */
  make(tree: Tree, image: { path: string; bytes: number; label: string }, work: string): Promise<void>
  /** Puts what an image holds below `etc` and `usr` into a folder, as if it were mounted there. @throws when it is no image */
  open(image: string, into: string): Promise<void>
}

/** Real filesystems where e2fsprogs is installed. */
export async function imageKind(processes: Processes): Promise<ImageKind> {
  const mkfs = await findTool('mkfs.ext4', processes)
  const debugfs = await findTool('debugfs', processes)
  return mkfs && debugfs ? ext4Images({ mkfs, debugfs }, processes) : plainImages
}

/** Also where only root's PATH leads. */
async function findTool(name: string, processes: Processes): Promise<string | undefined> {
  for (const command of [name, `/usr/sbin/${name}`, `/sbin/${name}`]) {
    const path = await processes.find(command)
    if (path) return path
  }
  return undefined
}
