import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Arch } from './arch.ts'
import { bundle } from './bundle.ts'
import { makeDebian } from './debian.ts'
import { makeExecutable } from './executable.ts'
import { banner, licenses } from './licenses.ts'
import { nodeFolder } from './node-binary.ts'
import { makeYocto } from './yocto.ts'

export interface Order {
  /** The repository. */
  root: string
  version: string
  arches: readonly Arch[]
  /** Where everything goes. */
  out: string
  /** Whether a .deb can be made here. */
  debian: boolean
}

/** Makes executables, packages and the layer; `say` gets a line for each. */
export async function make({ root, version, arches, out, debian }: Order, say: (line: string) => void): Promise<void> {
  await mkdir(out, { recursive: true })
  const { code, sources, packages } = await bundle(root)
  const script = banner(version, packages) + code
  say(`bundle: ${sources.length} sources, ${packages.join(', ')}, ${kib(script.length)}`)
  const terms = join(out, 'licenses.txt')
  const executables: string[] = []
  for (const arch of arches) {
    const node = await nodeFolder(root, arch)
    await writeFile(terms, await licenses(root, node, packages))
    const output = join(out, `windlass-${arch}`)
    const { stripped } = await makeExecutable({ arch, code: script, node: join(node, 'bin/node') }, output)
    say(`${output}: ${await mib(output)}${stripped ? '' : `, not stripped: no program here strips ${arch}`}`)
    executables.push(output)
    if (!debian) continue
    const deb = await makeDebian({ arch, version, executable: output, licenses: terms }, out)
    say(`${deb}: ${await mib(deb)}`)
  }
  if (!debian) say('no .deb: dpkg-deb is not installed')
  const layer = join(out, 'yocto')
  await rm(layer, { recursive: true, force: true })
  await makeYocto({ executables, licenses: terms, version }, layer)
  say(`${layer}: a layer for ${arches.join(' and ')}`)
}

const kib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`
const mib = async (path: string) => `${((await stat(path)).size / 2 ** 20).toFixed(1)} MiB`
