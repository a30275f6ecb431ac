/** A file, folder or character device of an initial file system. `mode` with the kind in its upper bits, as stat has it. */
export interface CpioEntry {
  path: string
  mode: number
  content?: Uint8Array
  device?: { major: number; minor: number }
}

/** An archive in the form that Linux unpacks at start: cpio, "newc" (kernel: driver-api/early-userspace/buffer-format). */
export function packCpio(entries: readonly CpioEntry[]): Buffer {
  const all = [...entries, { path: 'TRAILER!!!', mode: 0 }]
  return Buffer.concat(all.map((entry, i) => packed(entry, i + 1)))
}

function packed({ path, mode, content = new Uint8Array(), device }: CpioEntry, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`)
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, device?.major ?? 0, device?.minor ?? 0, name.length, 0]
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(content)])
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
}
