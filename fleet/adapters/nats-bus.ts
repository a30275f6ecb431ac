import { randomUUID } from 'node:crypto'
import {
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream'
import { type ConnectionOptions, connect, type NatsConnection, nanos } from '@nats-io/transport-node'
import type { Clock, Log } from '@windlass/platform'
import type { Bus, Listener } from '../bus/bus.ts'
import { decodeMessage } from '../bus/message.ts'
import { outbox } from '../bus/outbox.ts'

const keepMs = 10 * 60_000
const keepBytes = 64 * 1024 * 1024
const pauseMs = 500

export interface NatsPlace {
  /** `nats://` or `tls://`, with user and password, or a token, before the host where the server wants them. */
  url: string
  /** Keeps the fleets apart that share a server: letters, digits, `-` and `_`. */
  fleet: string
}

/**
 * The bus on a NATS server with JetStream. Messages are kept there for ten minutes: a process that lost its connection for
 * less hears all of them, in order; otherwise `missed` is called.
 */
export async function natsBus({ url, fleet }: NatsPlace, ports: { clock: Clock; log: Log }): Promise<Bus> {
  const connection = await connect({
    ...serverOf(url),
    name: 'windlass',
    maxReconnectAttempts: -1,
    reconnectTimeWait: pauseMs,
  })
  try {
    return await busOn(connection, await jetstreamManager(connection), fleet, ports)
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** Nobody is on it any more: what is kept of it goes, too. May be done again. */
export async function removeLine({ url, fleet }: NatsPlace): Promise<void> {
  const connection = await connect({ ...serverOf(url), name: 'windlass' })
  try {
    await (await jetstreamManager(connection)).streams.delete(streamOf(fleet))
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.status === 404)) throw error
  } finally {
    await connection.close()
  }
}

const streamOf = (fleet: string): string => `windlass-${fleet}`

async function busOn(
  connection: NatsConnection,
  manager: JetStreamManager,
  fleet: string,
  ports: { clock: Clock; log: Log },
): Promise<Bus> {
  const subject = `windlass.${fleet}`
  const ears = await listen({ manager, stream: streamOf(fleet), subject }, ports.clock)
  void watch(connection, ears, ports.log)
  const name = randomUUID()
  const send = async (texts: readonly string[], batch: number): Promise<void> => {
    // The number lets the server drop what comes twice because its answer got lost.
    await manager.jetstream().publish(subject, JSON.stringify(texts), { msgID: `${name}.${batch}` })
  }
  const out = outbox(send, ears.tellMissed, ports)
  return {
    publish: out.post,
    subscribe: (listener) => void ears.listeners.add(listener),
    flush: out.flush,
    ping: async () => void (await connection.rtt()),
    async close() {
      out.close()
      ears.close()
      await connection.close()
    },
  }
}

interface Ears {
  listeners: Set<Listener>
  tellMissed(): void
  /** The connection is back: goes on after what was heard last. */
  again(): void
  close(): void
}

interface Source {
  manager: JetStreamManager
  stream: string
  subject: string
}

/** Hears the stream from now on; makes it when it is not there. */
async function listen(source: Source, clock: Clock): Promise<Ears> {
  const listeners = new Set<Listener>()
  const closed = new AbortController()
  const tellMissed = (): void => {
    for (const { missed } of listeners) missed()
  }
  let heard = await lastOf(source)
  let messages = await consume(source, heard)
  const follow = async (): Promise<void> => {
    for (;;) {
      for await (const { seq, string } of read(messages)) {
        if (seq !== heard + 1) tellMissed()
        heard = seq
        tell(listeners, string)
      }
      const last = await insist(() => lastOf(source), clock, closed.signal)
      // A server that lost its disk counts anew.
      if (last < heard) {
        heard = last
        tellMissed()
      }
      messages = await insist(() => consume(source, heard), clock, closed.signal)
    }
  }
  void follow().catch(() => undefined)
  return {
    listeners,
    tellMissed,
    again: () => messages.stop(),
    close() {
      closed.abort()
      messages.stop()
    },
  }
}

async function* read(messages: ConsumerMessages): AsyncIterable<{ seq: number; string: string }> {
  for await (const message of messages) yield { seq: message.seq, string: message.string() }
}

function tell(listeners: ReadonlySet<Listener>, batch: string): void {
  for (const text of JSON.parse(batch) as string[]) {
    const message = decodeMessage(text)
    if (message) for (const { hear } of listeners) hear(message)
  }
}

/** The number of the newest message. */
async function lastOf({ manager, stream, subject }: Source): Promise<number> {
  const there = await manager.streams.info(stream).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined
    throw error
  })
  if (there) return there.state.last_seq
  const limits = { max_age: nanos(keepMs), max_bytes: keepBytes, duplicate_window: nanos(keepMs) }
  return (await manager.streams.add({ name: stream, subjects: [subject], ...limits })).state.last_seq
}

async function consume({ manager, stream }: Source, heard: number): Promise<ConsumerMessages> {
  const from = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: heard + 1 }
  const consumer = await manager.jetstream().consumers.get(stream, from)
  return consumer.consume({ abort_on_missing_resource: true })
}

/** Until it works; rejects when the signal fires. */
async function insist<T>(work: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch {
      await clock.sleep(pauseMs, signal)
    }
  }
}

async function watch(connection: NatsConnection, ears: Ears, log: Log): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') log.warning('fleet bus lost its connection')
    if (type !== 'reconnect') continue
    log.info('fleet bus has its connection again')
    ears.again()
  }
}

function serverOf(text: string): ConnectionOptions {
  const url = new URL(text)
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  return {
    servers: url.host,
    ...(url.protocol === 'tls:' && { tls: {} }),
    ...(user !== '' && (pass === '' ? { token: user } : { user, pass })),
  }
}
