import { crc32 } from 'node:zlib'

/**
 * Writes a stored zip anew, checksums included, its entries compressed by `squeeze` where one is given. For tests: only
 * reads archives as our packager writes them (no data descriptors, no extra fields).
 */
export function deflated(archive: Buffer, squeeze: ((data: Buffer) => Buffer) | undefined): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let to = 0
  for (let from = 0; archive.readUInt32LE(from) === 0x04034b50; ) {
    const size = archive.readUInt32LE(from + 18)
    const nameEnd = from + 30 + archive.readUInt16LE(from + 26)
    const dataStart = nameEnd + archive.readUInt16LE(from + 28)
    const name = archive.subarray(from + 30, nameEnd)
    const data = archive.subarray(dataStart, dataStart + size)
    const { local, central, body } = entry(name, data, squeeze, to)
    bodies.push(local, body)
    directory.push(central)
    to += local.length + body.length
    from = dataStart + size
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(to, 16)
  return Buffer.concat([...bodies, central, end])
}

function entry(name: Buffer, data: Buffer, squeeze: ((data: Buffer) => Buffer) | undefined, at: number) {
  const body = squeeze ? squeeze(data) : data
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(20, 0)
  facts.writeUInt16LE(squeeze ? 8 : 0, 4)
  facts.writeUInt32LE(crc32(data), 10)
  facts.writeUInt32LE(body.length, 14)
  facts.writeUInt32LE(data.length, 18)
  facts.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, name])
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(at, 10)
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, rest, name])
  return { local, central, body }
}
