import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DiskServer, serveDisk } from './nbd.ts'
import { readsExactly, type Take } from './reads-exactly.ts'
import { type VolatileDisk, volatileDisk } from './volatile-disk.ts'

const sector = (letter: string) => Buffer.from(letter.repeat(512))

describe('a disk behind NBD', () => {
  let folder: string
  let disk: VolatileDisk
  let server: DiskServer
  let client: Socket
  let take: Take
  const asked: string[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'windlass-nbd-'))
    writeFileSync(join(folder, 'disk'), Buffer.concat([sector('a'), sector('b')]))
    disk = volatileDisk(join(folder, 'disk'))
    asked.length = 0
    server = await serveDisk(disk, join(folder, 'socket'), (command) => {
      asked.push(command)
      return 'on'
    })
    client = connect(server.socket)
    take = readsExactly(client)
  })

  afterEach(async () => {
    client.destroy()
    await server.close()
    disk.close()
    rmSync(folder, { recursive: true })
  })

  async function negotiate(): Promise<bigint | undefined> {
    expect((await take(18))?.toString('latin1', 0, 16)).toBe('NBDMAGICIHAVEOPT')
    client.write(Buffer.from('00000003' + '49484156454f5054' + '00000007' + '00000006' + '00000000' + '0000', 'hex'))
    const info = await take(20 + 12)
    expect((await take(20))?.readUInt32BE(12)).toBe(1)
    return info?.readBigUInt64BE(22)
  }

  async function command(
    type: number,
    offset: number,
    payload: Buffer | number,
    flags = 0,
  ): Promise<Buffer | undefined> {
    const length = typeof payload === 'number' ? payload : payload.length
    const header = Buffer.from('2560951300000000' + '1122334455667788' + '0'.repeat(24), 'hex')
    header.writeUInt16BE(flags, 4)
    header.writeUInt16BE(type, 6)
    header.writeBigUInt64BE(BigInt(offset), 16)
    header.writeUInt32BE(length, 24)
    client.write(typeof payload === 'number' ? header : Buffer.concat([header, payload]))
    expect((await take(16))?.toString('hex')).toBe('67446698' + '00000000' + '1122334455667788')
    return type === 0 ? take(length) : undefined
  }

  it('says its size, reads, writes, flushes, and tells of what changes it', async () => {
    expect(await negotiate()).toBe(1024n)
    await command(1, 512, sector('X'))
    expect(await command(0, 0, 1024)).toEqual(Buffer.concat([sector('a'), sector('X')]))
    expect(readFileSync(join(folder, 'disk'))).toEqual(Buffer.concat([sector('a'), sector('b')]))
    await command(3, 0, 0)
    await command(1, 0, sector('Y'), 1)
    expect(readFileSync(join(folder, 'disk'))).toEqual(Buffer.concat([sector('Y'), sector('X')]))
    expect(asked).toEqual(['write', 'flush', 'write'])
  })

  it('answers nothing any more once the power is gone', async () => {
    const other = await serveDisk(disk, join(folder, 'other'), () => 'off')
    client.destroy()
    client = connect(other.socket)
    take = readsExactly(client)
    await negotiate()
    await expect(command(1, 0, sector('Z'))).rejects.toThrow()
    expect(disk.cut(() => false)).toEqual({ lasted: 0, lost: 1 })
    await other.close()
  })
})
