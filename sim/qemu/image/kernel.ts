import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../cache.ts'
import { runTool } from '../run-tool.ts'
import { debianTree } from './debian.ts'
import { makeInitramfs } from './initramfs.ts'
import type { System } from './system.ts'

/** Debian's kernel as it is, and an initial file system of ours: a folder with `vmlinuz` and `initrd.img`. */
export async function kernelFor(cache: Cache, { name, architecture, kernel, flashModules }: System): Promise<string> {
  const tree = await debianTree(cache, `kernel-${name}`, architecture, [kernel, 'busybox-static'])
  const recipes = await Promise.all(
    ['initramfs.ts', 'modules.ts'].map((file) => readFile(join(import.meta.dirname, file), 'utf8')),
  )
  return cache.keep(`kernel-${name}`, [tree, ...recipes, ...flashModules], async (path) => {
    await mkdir(path)
    const [release = ''] = await readdir(join(tree, 'lib/modules'))
    await runTool('depmod', ['-b', tree, release])
    await copyFile(join(tree, 'boot', `vmlinuz-${release}`), join(path, 'vmlinuz'))
    const [busybox, modules] = [join(tree, 'bin/busybox'), join(tree, 'lib/modules', release)]
    await writeFile(join(path, 'initrd.img'), await makeInitramfs(busybox, modules, flashModules))
  })
}
