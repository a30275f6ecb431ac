import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { readsExactly, type Take } from './reads-exactly.ts'
import type { VolatileDisk } from './volatile-disk.ts'

/*
 * The NBD protocol (github.com/NetworkBlockDevice/nbd, doc/proto.md): fixed newstyle negotiation, simple replies, the
 * commands READ, WRITE, DISC, FLUSH and the flag FUA. Enough for QEMU.
 */

const handshake = { magic: 0x4e42444d41474943n, option: 0x49484156454f5054n, reply: 0x0003e889045565a9n }
const serverFlags = 0b11 // fixed newstyle, no zeroes
const options = { exportName: 1, abort: 2, go: 7 } as const
const replies = { ack: 1, info: 3, unsupported: 0x8000_0001 } as const
const transmissionFlags = 0b1101 // has flags, flush, FUA
const requestMagic = 0x2560_9513
const replyMagic = 0x6744_6698
const commands = { read: 0, write: 1, disconnect: 2, flush: 3 } as const
const fua = 1
const invalid = 22
const mostBytes = 64 * 1024 * 1024

/** A disk behind a unix socket. */
export interface DiskServer {
  socket: string
  /** Nothing more is taken or answered, as when the power is gone. */
  close(): Promise<void>
}

/**
 * Is told of every write when it is in the disk's cache, and of every flush before it is begun. With `off` the power is
 * gone at that moment: nothing is answered any more.
 */
export type Watcher = (command: 'write' | 'flush') => 'on' | 'off'

export async function serveDisk(disk: VolatileDisk, socket: string, watcher: Watcher): Promise<DiskServer> {
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    clients.add(client)
    client.on('error', () => client.destroy())
    client.on('close', () => clients.delete(client))
    void serve(client, disk, watcher).finally(() => client.destroy())
  })
  server.listen(socket)
  await once(server, 'listening')
  return {
    socket,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const client of clients) client.destroy()
      await closed
    },
  }
}

async function serve(client: Socket, disk: VolatileDisk, watcher: Watcher): Promise<void> {
  const take = readsExactly(client)
  if (!(await negotiate(client, take, disk.size))) return
  for (;;) {
    const header = await take(28)
    if (client.destroyed || header?.readUInt32BE(0) !== requestMagic) return
    const [flags, command] = [header.readUInt16BE(4), header.readUInt16BE(6)]
    const handle = header.subarray(8, 16)
    const [offset, length] = [Number(header.readBigUInt64BE(16)), header.readUInt32BE(24)]
    if (command === commands.disconnect || length > mostBytes) return
    const payload = command === commands.write ? await take(length) : undefined
    if (payload) {
      disk.write(offset, payload, (flags & fua) !== 0)
      if (watcher('write') === 'off') return
    } else if (command === commands.flush) {
      if (watcher('flush') === 'off') return
      disk.flush()
    } else if (command !== commands.read) return void client.write(replyOf(invalid, handle))
    // In one piece: a boot loader waits for each of a thousand of them, and burns time meanwhile.
    client.cork()
    client.write(replyOf(0, handle))
    if (command === commands.read) client.write(disk.read(offset, length))
    client.uncork()
  }
}

/** @returns whether the client went on to the disk itself */
async function negotiate(client: Socket, take: Take, size: number): Promise<boolean> {
  client.write(Buffer.concat([u64(handshake.magic), u64(handshake.option), u16(serverFlags)]))
  if (!(await take(4))) return false
  const disk = Buffer.concat([u64(BigInt(size)), u16(transmissionFlags)])
  for (;;) {
    const header = await take(16)
    if (header?.readBigUInt64BE(0) !== handshake.option) return false
    const [option, length] = [header.readUInt32BE(8), header.readUInt32BE(12)]
    if (length > mostBytes || !(await take(length))) return false
    const reply = (type: number, body = Buffer.alloc(0)): void => {
      client.write(Buffer.concat([u64(handshake.reply), u32(option), u32(type), u32(body.length), body]))
    }
    if (option === options.abort) return false
    if (option === options.exportName) {
      client.write(disk)
      return true
    }
    if (option === options.go) {
      reply(replies.info, Buffer.concat([u16(0), disk]))
      reply(replies.ack)
      return true
    }
    reply(replies.unsupported)
  }
}

function replyOf(error: number, handle: Uint8Array): Buffer {
  return Buffer.concat([u32(replyMagic), u32(error), handle])
}

/** Numbers in network order. */
function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}
