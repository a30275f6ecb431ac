import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files by path, relative, without dots. */
export type Tree = ReadonlyMap<string, Uint8Array>

export function treeOf(files: Readonly<Record<string, string | Uint8Array>>): Tree {
  return new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]))
}

export async function writeTree(tree: Tree, folder: string): Promise<void> {
  for (const [path, content] of tree) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}
