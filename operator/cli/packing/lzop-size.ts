import { corrupt, readExactly, type Source } from './read-exactly.ts'

/*
 * lzop's file format, as its version 1.04 writes it: magic, header, blocks, a zero; maybe more of the same behind.
 */

const flag = { adlerD: 0x1, adlerC: 0x2, extra: 0x40, crcD: 0x100, crcC: 0x200, filter: 0x800 }
const magicSize = 9
const largestBlock = 64 * 1024 * 1024

/** The uncompressed size of an lzop file: the sum of its blocks' own words. @throws CliError `data` */
export async function lzopSize(source: Source): Promise<number> {
  let [at, total] = [0, 0]
  while (at < source.size) {
    const header = await readHeader(source, at + magicSize)
    const blocks = await walkBlocks(source, header.end, header.flags)
    at = blocks.end
    total += blocks.uncompressed
  }
  return total
}

async function readHeader(source: Source, start: number): Promise<{ flags: number; end: number }> {
  let at = start
  const number = async (bytes: 1 | 2 | 4): Promise<number> => {
    const value = (await readExactly(source, at, bytes)).readUIntBE(0, bytes)
    at += bytes
    return value
  }
  const version = await number(2)
  const isNew = version >= 0x0940
  at += isNew ? 4 + 1 + 1 : 2 + 1 // library, needed version, method, level
  const flags = await number(4)
  at += (flags & flag.filter ? 4 : 0) + (isNew ? 12 : 8) // filter, mode, times
  const nameSize = await number(1)
  at += nameSize + 4 // and the header's checksum
  if (flags & flag.extra) {
    const extraSize = await number(4)
    at += extraSize + 4
  }
  return { flags, end: at }
}

async function walkBlocks(
  source: Source,
  start: number,
  flags: number,
): Promise<{ uncompressed: number; end: number }> {
  const bit = (mask: number): number => (flags & mask ? 4 : 0)
  const [ofPlain, ofPacked] = [bit(flag.adlerD) + bit(flag.crcD), bit(flag.adlerC) + bit(flag.crcC)]
  let [at, uncompressed] = [start, 0]
  for (;;) {
    const plain = (await readExactly(source, at, 4)).readUInt32BE()
    if (plain === 0) return { uncompressed, end: at + 4 }
    const packed = (await readExactly(source, at + 4, 4)).readUInt32BE()
    if (plain > largestBlock || packed > plain) throw corrupt(source, 'an lzop block', `${packed} bytes for ${plain}`)
    uncompressed += plain
    at += 8 + ofPlain + (packed < plain ? ofPacked : 0) + packed
  }
}
