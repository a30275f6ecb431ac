import { randomUUID } from 'node:crypto'
import type { Clock, Log } from '@windlass/platform'
import pg from 'pg'
import type { Bus, Listener } from '../../bus/bus.ts'
import { decodeMessage } from '../../bus/message.ts'
import { outbox } from '../../bus/outbox.ts'
import { joinPieces, piecesOf } from './notify-pieces.ts'

const firstChannel = 'windlass_bus'
const pauseMs = 500

/**
 * The bus by LISTEN and NOTIFY, over one connection of its own. When that breaks another is made, and `missed` is called.
 * `project`: channels are the whole database's, so that each has one of its own.
 */
export async function postgresBus(
  { url, project }: { url: string; project: string | null },
  ports: { clock: Clock; log: Log },
): Promise<Bus> {
  const place = { url, channel: project === null ? firstChannel : `${firstChannel}_${project}` }
  const listeners = new Set<Listener>()
  const closed = new AbortController()
  const name = randomUUID()
  const tellMissed = (): void => {
    for (const { missed } of listeners) missed()
  }
  let client = await listening(place, listeners, reconnect)
  function reconnect(): void {
    if (closed.signal.aborted) return
    ports.log.warning('fleet bus lost its connection')
    void connectAgain()
  }
  async function connectAgain(): Promise<void> {
    while (!closed.signal.aborted) {
      await ports.clock.sleep(pauseMs, closed.signal).catch(() => undefined)
      const next = await listening(place, listeners, reconnect).catch(() => undefined)
      if (!next) continue
      client = next
      return tellMissed()
    }
  }
  const text = `select pg_notify('${place.channel}', p) from unnest($1::text[]) with ordinality as u(p, n) order by n`
  const out = outbox(
    async (texts, batch) => {
      const pieces = texts.flatMap((message, at) => piecesOf(`${name}.${batch}.${at}`, message))
      await client.query({ name: 'notify', text, values: [pieces] })
    },
    tellMissed,
    ports,
  )
  return {
    publish: out.post,
    subscribe: (listener) => void listeners.add(listener),
    flush: out.flush,
    ping: async () => void (await client.query('select 1')),
    async close() {
      closed.abort()
      out.close()
      await client.end().catch(() => undefined)
    },
  }
}

async function listening(
  { url, channel }: { url: string; channel: string },
  listeners: ReadonlySet<Listener>,
  onLost: () => void,
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'windlass bus', keepAlive: true })
  const join = joinPieces()
  client.on('error', () => undefined)
  client.on('notification', ({ payload = '' }) => {
    const whole = join(payload)
    const message = whole === undefined ? undefined : decodeMessage(whole)
    if (message) for (const { hear } of listeners) hear(message)
  })
  await client.connect()
  client.once('end', onLost)
  // News need not be on the disk: the records are.
  await client.query(`set synchronous_commit = off; listen ${pg.escapeIdentifier(channel)}`)
  return client
}
