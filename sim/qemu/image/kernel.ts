import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../cache.ts'
import { runTool } from '../run-tool.ts'
import { type Architecture, debianTree } from './debian.ts'
import { makeInitramfs } from './initramfs.ts'

/** Debian's kernel as it is, and an initial file system of ours: a folder with `vmlinuz` and `initrd.img`. */
export async function kernelFor(cache: Cache, of: Architecture): Promise<string> {
  const tree = await debianTree(cache, 'kernel', of, [`linux-image-${of}`, 'busybox-static'])
  const recipe = await readFile(join(import.meta.dirname, 'initramfs.ts'), 'utf8')
  return cache.keep(`kernel-${of}`, [tree, recipe], async (path) => {
    await mkdir(path)
    const [release = ''] = await readdir(join(tree, 'lib/modules'))
    await runTool('depmod', ['-b', tree, release])
    await copyFile(join(tree, 'boot', `vmlinuz-${release}`), join(path, 'vmlinuz'))
    const busybox = join(tree, 'bin/busybox')
    await writeFile(join(path, 'initrd.img'), await makeInitramfs(busybox, join(tree, 'lib/modules', release)))
  })
}
