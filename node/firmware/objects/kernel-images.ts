/** Small images with the headers of real ones, for tests: what a version is read from and nothing else. */

/** A legacy U-Boot image: magic at 0, its name in 32 bytes at 32. */
export function uImage(name: string): Uint8Array {
  const image = Buffer.alloc(4096)
  image.writeUInt32BE(0x27051956, 0)
  image.write(name, 32, 31, 'latin1')
  return image
}

/** An ARM zImage: magic at 36, some code, then the compressed kernel. */
export function armZImage(compressed: Uint8Array): Uint8Array {
  const code = Buffer.alloc(20_000, 0xe1)
  code.writeUInt32LE(0x016f2818, 36)
  // The magic of gzip by chance, as code has it now and then.
  code.set([0x1f, 0x8b, 0x08, 0xff], 9000)
  return Buffer.concat([code, compressed, Buffer.alloc(100, 0xaa)])
}

/** What is inside of a zImage: the banner somewhere in megabytes. */
export function kernelText(version: string): Uint8Array {
  const text = Buffer.alloc(3_000_000, 0x90)
  text.write(`Linux version ${version} (builder@host) (gcc 13.2.0) #1 SMP PREEMPT`, 1_234_567, 'latin1')
  return text
}

/** An x86 image: boot flag at 510, `HdrS` at 514, the version's place at 526, bzImage or not at 529. */
export function x86Image(version: string, big: boolean): Uint8Array {
  const image = Buffer.alloc(16_384)
  image.writeUInt16LE(0xaa55, 510)
  image.write('HdrS', 514, 'latin1')
  image.writeUInt16LE(0x3000, 0x20e)
  image.writeUInt8(big ? 1 : 0, 529)
  image.write(`${version} (builder@host) #1 SMP\0`, 0x3200, 'latin1')
  return image
}

/** A boot loader as it lies on a device: its banner in the middle of code. */
export function uBootImage(banner: string): Uint8Array {
  const image = Buffer.alloc(600_000, 0xea)
  image.write('U-Boot is not a version; U-Boot (none)\0', 500, 'latin1')
  image.write(`${banner}\0`, 262_140, 'latin1')
  return image
}
