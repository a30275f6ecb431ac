import type { TargetType } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { attribute, namesIn } from './block-devices.ts'
import type { ObjectPorts } from './port.ts'

/** A flash chip or a partition of one. `size`: bytes it can hold in blocks that are not bad. */
export interface Mtd {
  index: number
  path: string
  name: string
  kind: 'nand' | 'nor'
  size: number
}

const kinds: Readonly<Record<string, Mtd['kind']>> = {
  nand: 'nand',
  'mlc-nand': 'nand',
  nor: 'nor',
  dataflash: 'nor',
  ram: 'nor',
}
// Linux, include/uapi/mtd/mtd-abi.h and Documentation/admin-guide/devices.txt.
const writableFlag = 0x400
const blockMajor = 31
const listBytes = 1024 * 1024

/**
 * Finds the MTD device of an object and makes sure that it may be erased (updatehub.md 5.2, 5.4 note 1).
 * @throws UpdateError `target_invalid`: none such, several of the name, write-protected; `target_busy`: mounted, or UBI
 *   lies on it, mounted or not
 */
export async function requireMtd(object: { targetType: TargetType; target: string }, ports: ObjectPorts): Promise<Mtd> {
  const path = await pathOf(object, ports)
  const index = indexOf(path)
  if (index === undefined) throw invalid(object.target, `expected a device /dev/mtdN, got ${path}`)
  const facts = await ports.files.facts(path)
  if (!facts) throw invalid(object.target, `expected ${path}, found nothing`)
  if ((facts.mode & 0o222) === 0) throw invalid(object.target, `expected ${path} writable, got none of its write bits`)
  const mtd = await describe(object.target, path, index, ports)
  await requireUnusedMtd(mtd, ports)
  return mtd
}

/** @throws UpdateError `target_busy` */
export async function requireUnusedMtd(
  { index, name, path }: Pick<Mtd, 'index' | 'name' | 'path'>,
  { files, mounts }: Pick<ObjectPorts, 'files' | 'mounts'>,
): Promise<void> {
  const sources = new Set([`mtd:${name}`, `mtd${index}`, `/dev/mtd${index}`, `/dev/mtdblock${index}`])
  const mount = (await mounts.list()).find(
    ({ device, source }) => device === `${blockMajor}:${index}` || sources.has(source),
  )
  if (mount) throw new UpdateError('target_busy', `target ${path} (${name}): in use, mounted on ${mount.folder}`)
  for (const ubi of await namesIn(files, '/sys/class/ubi')) {
    if ((await attribute(files, `/sys/class/ubi/${ubi}/mtd_num`)) !== String(index)) continue
    throw new UpdateError('target_busy', `target ${path} (${name}): in use, ${ubi} is attached to it; see ubidetach`)
  }
}

/** N of /dev/mtdN. */
export function indexOf(path: string): number | undefined {
  const digits = /^\/dev\/mtd(\d+)$/.exec(path)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

async function pathOf(
  { targetType, target }: { targetType: TargetType; target: string },
  ports: ObjectPorts,
): Promise<string> {
  if (targetType === 'mtdname') return pathOfName(target, ports)
  if (targetType !== 'device') throw invalid(target, `expected target-type device or mtdname, got ${targetType}`)
  const path = target.startsWith('/') ? await ports.files.realPath(target) : undefined
  if (path === undefined) throw invalid(target, 'expected the path of an MTD device, found nothing there')
  return path
}

/** /proc/mtd: `mtd12: 00100000 00020000 "rootfs"`. */
async function pathOfName(name: string, { files }: ObjectPorts): Promise<string> {
  const list = await files.readFile('/proc/mtd', listBytes).catch(() => new Uint8Array())
  const found = new TextDecoder()
    .decode(list)
    .split('\n')
    .flatMap((line) => {
      const [, device, named] = /^(mtd\d+): [0-9a-f]+ [0-9a-f]+ "(.*)"$/.exec(line) ?? []
      return device !== undefined && named === name ? [device] : []
    })
  const [device, ...others] = found
  if (device === undefined) throw invalid(name, 'expected an MTD device of this name in /proc/mtd, found none')
  if (others.length > 0) throw invalid(name, `expected one MTD device of this name, got ${found.join(', ')}`)
  return `/dev/${device}`
}

async function describe(target: string, path: string, index: number, { files }: ObjectPorts): Promise<Mtd> {
  const read = (name: string) => attribute(files, `/sys/class/mtd/mtd${index}/${name}`)
  const type = (await read('type')) ?? 'nothing'
  const kind = kinds[type]
  if (!kind) throw invalid(target, `expected flash of type nand or nor, got ${type}`)
  const flags = await read('flags')
  if (flags !== undefined && (Number(flags) & writableFlag) === 0) {
    throw invalid(target, `expected it writable, the kernel calls it read-only`)
  }
  const [bytes = 0, block = 0, bad = 0] = await Promise.all(
    ['size', 'erasesize', 'bad_blocks'].map(async (name) => Number((await read(name)) ?? 0)),
  )
  return { index, path, name: (await read('name')) ?? '', kind, size: bytes - bad * block }
}

function invalid(target: string, why: string): UpdateError {
  return new UpdateError('target_invalid', `target ${target}: ${why}`)
}
