import { afterEach, describe, expect, it } from 'vitest'
import { type Link, type Rpc, type RpcClient, RpcError, type RpcHandlers, type RpcServer } from './rpc.ts'

interface End {
  rpc: Rpc
  /** Where to listen: a free port. */
  address: string
}

const text = {
  encode: (value: string) => Buffer.from(value),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
}
const readable = (bytes: Uint8Array) => {
  const value = text.decode(bytes)
  return value === 'garbage' ? new Error('garbage') : value
}
const methods = {
  requestSerialize: text.encode,
  requestDeserialize: text.decode,
  responseSerialize: text.encode,
  responseDeserialize: text.decode,
}
const shout = { ...methods, path: '/test.Test/Shout', requestStream: false, responseStream: false } as const
const count = { ...methods, path: '/test.Test/Count', requestStream: false, responseStream: true } as const
const talk = {
  ...methods,
  path: '/test.Test/Talk',
  requestStream: true,
  responseStream: true,
  requestDeserialize: readable,
  responseDeserialize: readable,
} as const

/** What every Rpc has to do. */
export function testRpc(name: string, make: () => End): void {
  describe(`${name} as Rpc`, () => {
    const opened: { close(): unknown }[] = []
    afterEach(async () => {
      for (const one of opened.splice(0).reverse()) await one.close()
    })

    async function both(register: (handlers: RpcHandlers) => void): Promise<{ client: RpcClient; server: RpcServer }> {
      const { rpc, address } = make()
      const server = await rpc.listen(address, null, register)
      const client = rpc.connect(address.replace(/:0$/, `:${server.port}`), null)
      opened.push(server, client)
      return { client, server }
    }

    it('answers a call', async () => {
      const { client } = await both((on) => on.call(shout, async (ask) => ask.toUpperCase()))
      await expect(client.call(shout, 'hey')).resolves.toBe('HEY')
    })

    it('tells the caller what went wrong', async () => {
      const { client } = await both((on) =>
        on.call(shout, async (ask) => {
          if (ask === 'no') throw new RpcError('not_found', 'no such thing')
          throw new Error('broken')
        }),
      )
      await expect(client.call(shout, 'no')).rejects.toMatchObject({ code: 'not_found', message: 'no such thing' })
      await expect(client.call(shout, 'hm')).rejects.toMatchObject({ code: 'internal', message: 'broken' })
    })

    it('says that nobody is there', async () => {
      const { client, server } = await both(() => {})
      await server.close()
      await expect(client.call(shout, 'hey')).rejects.toMatchObject({ code: 'unavailable' })
    })

    it('lets go of a call when told to', async () => {
      const stop = new AbortController()
      const gone = Promise.withResolvers<void>()
      const { client } = await both((on) =>
        on.call(shout, async (_, caller) => {
          caller.gone.addEventListener('abort', () => gone.resolve())
          stop.abort(new Error('enough'))
          return new Promise<string>(() => {})
        }),
      )
      await expect(client.call(shout, 'hey', stop.signal)).rejects.toThrow('enough')
      await gone.promise
    })

    it('feeds until the feed ends', async () => {
      const { client } = await both((on) =>
        on.feed(count, async function* (ask) {
          for (let n = 1; n <= Number(ask); n++) yield String(n)
        }),
      )
      const seen: string[] = []
      for await (const item of client.feed(count, '3')) seen.push(item)
      expect(seen).toEqual(['1', '2', '3'])
    })

    it('talks both ways, in order, until the caller ends it', async () => {
      const { client } = await both((on) => on.stream(talk, (link) => void echo(link)))
      const link = client.open(talk)
      link.send('a')
      link.send('b')
      const answers = link[Symbol.asyncIterator]()
      expect(await answers.next()).toEqual({ done: false, value: 'A' })
      expect(await answers.next()).toEqual({ done: false, value: 'B' })
      link.close()
      expect(await answers.next()).toMatchObject({ done: true })
    })

    it('hands over what cannot be read as an error, and goes on', async () => {
      const seen: (string | Error)[] = []
      const { client } = await both((on) =>
        on.stream(talk, (link) => {
          void listen(link)
        }),
      )
      async function listen(link: Link<string, string>): Promise<void> {
        for await (const message of link) seen.push(message)
        link.close()
      }
      const link = client.open(talk)
      for (const message of ['one', 'garbage', 'two']) link.send(message)
      link.close()
      for await (const _ of link);
      expect(seen).toEqual(['one', expect.any(Error), 'two'])
    })

    it('tells the caller why a stream was refused', async () => {
      const { client } = await both((on) =>
        on.stream(talk, (link) => link.close(new RpcError('refused', 'who are you'))),
      )
      await expect(drain(client.open(talk))).rejects.toMatchObject({ code: 'refused', message: 'who are you' })
    })

    it('tells both ends when the other one is gone', async () => {
      const ended: unknown[] = []
      const answering = Promise.withResolvers<void>()
      const told = Promise.withResolvers<void>()
      const { client, server } = await both((on) =>
        on.stream(talk, (link) => {
          link.send('hello')
          answering.resolve()
          drain(link).then(
            () => told.resolve(),
            (error: unknown) => {
              ended.push(error)
              told.resolve()
            },
          )
        }),
      )
      const link = client.open(talk)
      await answering.promise
      await server.close()
      await expect(drain(link)).rejects.toMatchObject({ name: 'RpcError' })
      await told.promise
      expect(ended).toMatchObject([{ name: 'RpcError' }])
    })

    it('says that nobody answers a stream', async () => {
      const { client, server } = await both(() => {})
      await server.close()
      await expect(drain(client.open(talk))).rejects.toMatchObject({ code: 'unavailable' })
    })
  })
}

async function echo(link: Link<string, string>): Promise<void> {
  for await (const message of link) if (typeof message === 'string') link.send(message.toUpperCase())
  link.close()
}

async function drain(link: Link<string, string>): Promise<void> {
  for await (const _ of link);
}
