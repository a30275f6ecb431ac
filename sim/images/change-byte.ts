import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/*
 * What someone would do who wants a device to run something else: change the content of a package, and put the zip's own
 * checksums right, so that only signature and digest can tell (APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12, 4.3.16). For archives
 * as `windlass pack` writes them: stored, without comment.
 */

const [endBytes, centralBytes, localBytes, bufferBytes] = [22, 46, 30, 1024 * 1024]

/** Flips the lowest bit of the byte at `at` of an entry's content. */
export async function changeByte(zip: string, entry: string, at: number): Promise<void> {
  const file = await open(zip, 'r+')
  try {
    const { central, local, size } = await find(file, entry)
    const head = await read(file, local, localBytes)
    const data = local + localBytes + head.readUInt16LE(26) + head.readUInt16LE(28)
    const byte = await read(file, data + at, 1)
    await file.write(Buffer.from([byte.readUInt8(0) ^ 1]), 0, 1, data + at)
    const crc = Buffer.alloc(4)
    crc.writeUInt32LE(await crcOf(file, data, size))
    await file.write(crc, 0, 4, local + 14)
    await file.write(crc, 0, 4, central + 16)
  } finally {
    await file.close()
  }
}

/** Where an entry's two headers are. */
async function find(file: FileHandle, entry: string): Promise<{ central: number; local: number; size: number }> {
  const end = await read(file, (await file.stat()).size - endBytes, endBytes)
  let at = end.readUInt32LE(16)
  for (let left = end.readUInt16LE(10); left > 0; left--) {
    const head = await read(file, at, centralBytes)
    const [name, extra, comment] = [head.readUInt16LE(28), head.readUInt16LE(30), head.readUInt16LE(32)]
    const text = (await read(file, at + centralBytes, name)).toString()
    if (text === entry) return { central: at, local: head.readUInt32LE(42), size: head.readUInt32LE(24) }
    at += centralBytes + name + extra + comment
  }
  throw new Error(`expected an entry ${entry}, found none`)
}

async function crcOf(file: FileHandle, from: number, size: number): Promise<number> {
  let crc = 0
  for (let done = 0; done < size; done += bufferBytes) {
    crc = crc32(await read(file, from + done, Math.min(bufferBytes, size - done)), crc)
  }
  return crc
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
  if (bytesRead < length) throw new Error(`expected ${length} bytes at ${at}, got ${bytesRead}`)
  return buffer
}
