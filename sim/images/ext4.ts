import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Processes } from '@windlass/platform'
import type { ImageKind } from './image-kind.ts'
import { writeTree } from './tree.ts'

/** ext4 by e2fsprogs, whose programs work on files: nothing is mounted. */
export function ext4Images(tools: { mkfs: string; debugfs: string }, processes: Processes): ImageKind {
  return {
    name: 'ext4',
    async make(tree, { path, bytes, label }, work) {
      const staging = join(work, 'staging')
      await writeTree(tree, staging)
      const args = ['-q', '-F', '-m', '0', '-L', label, '-d', staging, path, `${bytes / 1024}k`]
      const ended = await processes.run({ command: tools.mkfs, args })
      await rm(staging, { recursive: true })
      if (ended.code !== 0) throw new Error(`expected ${tools.mkfs} to make ${path}, got: ${ended.stderr.trim()}`)
    },
    async open(image, into) {
      // It ends with 0 whatever it found, and cannot set owners without root: what came out is the proof.
      const ended = await processes.run({ command: tools.debugfs, args: ['-R', 'rdump /etc /usr .', image], cwd: into })
      await access(join(into, 'etc', 'os-release')).catch((cause: unknown) => {
        const said = ended.stderr.trim().split('\n')[1] ?? ended.stderr.trim()
        throw new Error(`expected an ext4 filesystem with etc/os-release, got: ${said}`, { cause })
      })
    },
  }
}
