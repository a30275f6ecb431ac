import { crc32 } from 'node:zlib'
import { corrupt, readExactly, type Source } from './read-exactly.ts'

/*
 * The .xz file format, version 1.2.0: streams one after another, each with its sizes in an index before its footer.
 */

const headerSize = 12
const longestIndex = 64 * 1024 * 1024

/** The uncompressed size of a .xz file, from its indexes, last stream first. @throws CliError `data` */
export async function xzSize(source: Source): Promise<number> {
  let [end, total] = [source.size, 0]
  while (end > 0) {
    const tail = await readExactly(source, end - 4, 4)
    if (tail.readUInt32LE() === 0) {
      end -= 4 // stream padding, section 2.2
      continue
    }
    const stream = await readStream(source, end)
    end = stream.start
    total += stream.uncompressed
  }
  return total
}

async function readStream(source: Source, end: number): Promise<{ start: number; uncompressed: number }> {
  const footer = await readExactly(source, end - headerSize, headerSize)
  if (footer.toString('latin1', 10) !== 'YZ' || footer.readUInt32LE(0) !== crc32(footer.subarray(4, 10))) {
    throw corrupt(source, 'an xz stream footer at its end', footer.toString('hex'))
  }
  const indexSize = (footer.readUInt32LE(4) + 1) * 4
  if (indexSize > longestIndex) throw corrupt(source, `an xz index of at most ${longestIndex} bytes`, `${indexSize}`)
  const index = await readExactly(source, end - headerSize - indexSize, indexSize)
  if (index.readUInt32LE(indexSize - 4) !== crc32(index.subarray(0, -4))) {
    throw corrupt(source, 'an xz index that matches its checksum', 'another')
  }
  const { blocks, uncompressed } = readIndex(index)
  const start = end - headerSize - indexSize - blocks - headerSize
  const magic = await readExactly(source, start, 6)
  if (magic.toString('hex') !== 'fd377a585a00') throw corrupt(source, 'an xz stream header', magic.toString('hex'))
  return { start, uncompressed }
}

/** Section 4: an indicator, the number of records, and for each block its padded and its uncompressed size. */
function readIndex(index: Buffer): { blocks: number; uncompressed: number } {
  let at = 1
  const number = (): number => {
    for (let value = 0, weight = 1; ; weight *= 128) {
      const byte = index[at++] ?? 0
      value += (byte & 0x7f) * weight
      if (byte < 0x80) return value
    }
  }
  let [blocks, uncompressed] = [0, 0]
  for (let left = number(); left > 0 && at < index.length; left--) {
    blocks += Math.ceil(number() / 4) * 4
    uncompressed += number()
  }
  return { blocks, uncompressed }
}
