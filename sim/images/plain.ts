import { open, readFile, writeFile } from 'node:fs/promises'
import type { ImageKind } from './image-kind.ts'
import { packTar, unpackTar } from './tar.ts'
import { writeTree } from './tree.ts'

/** For machines without e2fsprogs: the files as a tar, blank to the size of the image. No filesystem. */
export const plainImages: ImageKind = {
  name: 'plain',
  async make(tree, { path, bytes }) {
    await writeFile(path, packTar(tree))
    const file = await open(path, 'r+')
    await file.truncate(bytes)
    await file.close()
  },
  async open(image, into) {
    const tree = unpackTar(await readFile(image))
    if (!tree.has('etc/os-release')) throw new Error(`expected an image with etc/os-release, got ${tree.size} files`)
    await writeTree(new Map([...tree].filter(([path]) => /^(etc|usr)\//.test(path))), into)
  },
}
