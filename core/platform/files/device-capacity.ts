import type { FileHandle } from 'node:fs/promises'
import { readFile } from 'node:fs/promises'

/** Bytes a block device holds: by the kernel's list of devices, or by reading for its end where /sys is not there. */
export async function deviceCapacity(device: FileHandle, number: bigint): Promise<number> {
  const { major, minor } = deviceNumbers(number)
  const listed = await readFile(`/sys/dev/block/${major}:${minor}/size`, 'utf8').catch(() => undefined)
  // Always counted in 512 bytes there, whatever the device's own blocks are.
  return listed === undefined ? findEnd(device) : Number(listed) * 512
}

/** Doubles until nothing can be read, then halves the gap. Reads one byte about 80 times. */
export async function findEnd(device: Pick<FileHandle, 'read'>): Promise<number> {
  const byte = new Uint8Array(1)
  const holds = async (at: number) => (await device.read(byte, 0, 1, at)).bytesRead === 1
  if (!(await holds(0))) return 0
  let inside = 0
  let outside = 1
  while (await holds(outside)) {
    inside = outside
    outside *= 2
  }
  while (outside - inside > 1) {
    const middle = inside + Math.floor((outside - inside) / 2)
    if (await holds(middle)) inside = middle
    else outside = middle
  }
  return outside
}

/** Linux packs both into 64 bits (makedev(3)). */
export function deviceNumbers(number: bigint): { major: number; minor: number } {
  return {
    major: Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn)),
    minor: Number((number & 0xffn) | ((number >> 12n) & ~0xffn & 0xffffffffn)),
  }
}
