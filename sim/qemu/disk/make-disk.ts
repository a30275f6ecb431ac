import { type FileHandle, mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { slotBytes } from '../image/device-facts.ts'
import { runTool } from '../run-tool.ts'

const mib = 1024 * 1024

/** What a device's disk is made of. `firmware` and `boot` are for the boot loader; the rest all have alike. */
export interface DiskPlan {
  /** Where the machine's own firmware looks first: GRUB's core, or an EFI system partition. */
  firmware: { bytes: number; type: string }
  boot: { bytes: number }
  /** Release in slot a. */
  slotA: string
  /** Files of the data partition, by path. */
  data: Readonly<Record<string, FileContent>>
  /** Writes what the boot loader needs. `work`: a folder to make it in. */
  install(disk: FileHandle, parts: BootParts, work: string): Promise<void>
}

/** A text, or a program to copy. */
export type FileContent = string | { programAt: string }

/** Where its two partitions begin, in bytes, and the release in slot a. */
export interface BootParts {
  firmware: number
  boot: number
  slotA: string
}

const linux = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
const dataBytes = 320 * mib

/** A whole disk in a file, mostly holes. `path` is written over; `path.work` is used meanwhile. */
export async function makeDisk(path: string, plan: DiskPlan): Promise<void> {
  const work = `${path}.work`
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  const sizes = sizesOf(plan)
  const offsets = offsetsOf(plan)
  const [firmware, boot, a, , data] = offsets
  await rm(path, { force: true })
  await writeFile(path, '')
  await truncate(path, data + dataBytes + mib)
  await partition(path, work, offsets, sizes, plan.firmware.type)
  const disk = await open(path, 'r+')
  try {
    await put(disk, plan.slotA, a)
    await put(disk, await ext4(join(work, 'data'), plan.data, dataBytes, ['-L', 'data']), data)
    await plan.install(disk, { firmware, boot, slotA: plan.slotA }, work)
  } finally {
    await disk.close()
    await rm(work, { recursive: true })
  }
}

type Parts = [firmware: number, boot: number, a: number, b: number, data: number]

function sizesOf({ firmware, boot }: Pick<DiskPlan, 'firmware' | 'boot'>): Parts {
  return [firmware.bytes, boot.bytes, slotBytes, slotBytes, dataBytes]
}

/** Where each partition begins, in bytes. */
export function offsetsOf(plan: Pick<DiskPlan, 'firmware' | 'boot'>): Parts {
  const [firmware, boot, a, b] = sizesOf(plan)
  return [mib, mib + firmware, mib + firmware + boot, mib + firmware + boot + a, mib + firmware + boot + a + b]
}

async function partition(
  path: string,
  work: string,
  offsets: number[],
  sizes: readonly number[],
  first: string,
): Promise<void> {
  const names = ['firmware', 'boot', 'root-a', 'root-b', 'data']
  const lines = names.map((name, i) => {
    const [start = 0, size = 0] = [offsets[i], sizes[i]]
    return `start=${start / 512}, size=${size / 512}, type=${i === 0 ? first : linux}, name=${name}`
  })
  const script = join(work, 'partitions')
  await writeFile(script, ['label: gpt', ...lines, ''].join('\n'))
  await runTool('sh', ['-c', 'exec sfdisk -q --no-reread "$1" < "$2"', 'sfdisk', path, script])
}

/** An ext4 file system with these files in it, as a file. */
export async function ext4(
  folder: string,
  files: Readonly<Record<string, FileContent>>,
  bytes: number,
  options: readonly string[],
): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    if (typeof content === 'string') await writeFile(join(folder, name), content)
    else await runTool('install', ['-m', '755', content.programAt, join(folder, name)])
  }
  const image = `${folder}.ext4`
  await writeFile(image, '')
  await truncate(image, bytes)
  await runTool('mkfs.ext4', ['-q', '-F', '-E', 'root_owner=0:0', ...options, '-d', folder, image])
  return image
}

/** Copies a file onto the disk; holes stay holes. */
export async function put(disk: FileHandle, path: string, offset: number): Promise<void> {
  const from = await open(path, 'r')
  try {
    const piece = Buffer.alloc(mib)
    const zeros = Buffer.alloc(mib)
    for (let at = 0; ; ) {
      const { bytesRead } = await from.read(piece, 0, mib, at)
      if (bytesRead === 0) return
      if (piece.compare(zeros, 0, bytesRead, 0, bytesRead) !== 0) await disk.write(piece, 0, bytesRead, offset + at)
      at += bytesRead
    }
  } finally {
    await from.close()
  }
}

/** One of the examples that integrators start from. */
export async function example(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, '../../../node/firmware/slots/examples', path), 'utf8')
}

/** Kernel and initial file system of a release, for boot loaders that do not read them out of the slot. A folder. */
export async function bootFilesOf(slot: string, work: string): Promise<string> {
  await runTool('unsquashfs', ['-quiet', '-no-progress', '-d', join(work, 'slot'), slot, 'boot'])
  return join(work, 'slot/boot')
}
