import { compressionOf } from './compression.ts'
import { decompress } from './decompress.ts'
import { atMost } from './pieces.ts'
import type { ObjectPorts } from './port.ts'
import { bytesOf, headOf, type Region } from './region.ts'
import { search } from './search.ts'

const uImageMagic = 0x27051956
const armZImageMagic = 0x016f2818
const x86BootMagic = 0xaa55
const versionForm = /\d+\.\d+[^\s\0]*/

// A kernel's own unpacking code stands before the compressed kernel and is much smaller than this.
const headBytes = 1024 * 1024
const unpackedBytes = 256 * 1024 * 1024
const mostStreams = 16

/** The version of a kernel image that begins at the region's start (updatehub.md 5.5); undefined when it is none. */
export async function kernelVersion(region: Region, ports: ObjectPorts): Promise<string | undefined> {
  const head = Buffer.from(await headOf(region, headBytes))
  if (head.length >= 64 && head.readUInt32BE(0) === uImageMagic) return versionIn(head.subarray(32, 64))
  if (head.length >= 40 && head.readUInt32LE(36) === armZImageMagic) return compressedVersion(head, region, ports)
  if (head.length >= 530 && head.readUInt16LE(510) === x86BootMagic) {
    return versionIn(await headOf(region, 256, 0x200 + head.readUInt16LE(0x20e)))
  }
  return undefined
}

function versionIn(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('latin1')
  return versionForm.exec(text.split('\0', 1)[0] ?? '')?.[0]
}

/** Whatever looks like a compressed stream is tried, since the magics are short and occur by chance. */
async function compressedVersion(head: Uint8Array, region: Region, ports: ObjectPorts): Promise<string | undefined> {
  let tried = 0
  for (let at = 40; at < head.length && tried < mostStreams; at++) {
    if (!compressionOf(head, at)) continue
    tried += 1
    const unpacked = decompress(bytesOf(region, at), 'kernel', ports)
    const bounded = atMost(unpacked, unpackedBytes, () => new Error('no end of the kernel'))
    const found = await search(bounded, String.raw`Linux version (\d+\.\d+[^\s\0]*)`).catch(() => undefined)
    if (found !== undefined) return found
  }
  return undefined
}
