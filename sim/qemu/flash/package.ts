import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { SeededRandom } from '@windlass/platform/fakes'
import { runTool } from '../run-tool.ts'
import { chips, flashBytes } from './device-side.ts'

/** Objects for flash, and the digests of what the device must hold afterwards. */
export interface FlashObjects {
  objects: readonly Readonly<Record<string, string>>[]
  expected: Readonly<Record<'nand' | 'nor' | 'volume', string>>
}

/** Makes their files in a folder. The UBIFS image is compressed, the others are no whole number of pages. */
export async function flashObjects(folder: string): Promise<FlashObjects> {
  const [nand, nor, song] = [noise(flashBytes.nand, 1), noise(flashBytes.nor, 2), noise(2_000_001, 3)]
  const files = { nand: join(folder, 'nand.bin'), nor: join(folder, 'nor.bin'), volume: join(folder, 'volume.gz') }
  await writeFile(files.nand, nand)
  await writeFile(files.nor, nor)
  await writeFile(files.volume, gzipSync(await ubifsImage(folder, song)))
  return {
    objects: [
      { mode: 'flash', file: files.nand, 'target-type': 'mtdname', target: chips.nand },
      { mode: 'flash', file: files.nor, target: chips.nor },
      { mode: 'ubifs', file: files.volume, target: chips.volume },
    ],
    expected: { nand: sha256(nand), nor: sha256(nor), volume: sha256(song) },
  }
}

async function ubifsImage(folder: string, song: Uint8Array): Promise<Buffer> {
  const [tree, image] = [join(folder, 'tree'), join(folder, 'volume.ubifs')]
  await mkdir(tree)
  await writeFile(join(tree, 'song'), song)
  // Pages of 2 KiB; blocks of 128 KiB less two pages of UBI's headers.
  await runTool('mkfs.ubifs', ['-r', tree, '-m', '2048', '-e', '126976', '-c', '64', '-o', image])
  return readFile(image)
}

function noise(bytes: number, seed: number): Uint8Array {
  const random = new SeededRandom(seed)
  return Uint8Array.from({ length: bytes }, () => random.next() * 256)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
