import type { WebhookKind } from '@windlass/wire/operator'
import { type Generated, type Kysely, type Selectable, sql } from 'kysely'
import type { SealableStore } from '../../webhooks/sealed-store.ts'
import { type Delivery, mostKept, type Webhook, type WebhookStore } from '../../webhooks/webhook.ts'
import type { Tables } from './tables.ts'

export interface WebhookTables {
  webhooks: { id: Generated<number>; url: string; secret: string; events: WebhookKind[]; created_at: Date }
  webhook_deliveries: {
    id: Generated<number>
    webhook: number
    kind: string
    body: string
    created_at: Date
    attempts: Generated<number>
    state: Generated<Delivery['state']>
    next_at: Date | null
    status: number | null
    error: string | null
    trace: string | null
  }
}

type Db = Kysely<Tables>

/** Webhooks in PostgreSQL; the tables have to be there. */
export function postgresWebhookStore(db: Db): SealableStore {
  return { ...hooks(db), ...deliveries(db) }
}

function hooks(db: Db) {
  return {
    async add({ url, secret, events, createdAt }) {
      const row = { url, secret, events: [...events], created_at: new Date(createdAt) }
      return hookOf(await db.insertInto('webhooks').values(row).returningAll().executeTakeFirstOrThrow())
    },
    webhooks: async () => (await db.selectFrom('webhooks').selectAll().orderBy('id').execute()).map(hookOf),
    changeSecrets: (change) =>
      db.transaction().execute(async (tx) => {
        const rows = await tx.selectFrom('webhooks').select(['id', 'secret']).orderBy('id').forUpdate().execute()
        for (const { id, secret } of rows) {
          const changed = change(secret)
          if (changed !== secret)
            await tx.updateTable('webhooks').set({ secret: changed }).where('id', '=', id).execute()
        }
      }),
    async remove(id) {
      return (await db.deleteFrom('webhooks').where('id', '=', id).executeTakeFirst()).numDeletedRows > 0
    },
    async queue(kind, body, at, trace = null) {
      await sql`insert into webhook_deliveries (webhook, kind, body, created_at, next_at, trace)
        select id, ${kind}, ${body}, ${new Date(at)}, ${new Date(at)}, ${trace} from webhooks where ${kind} = any(events)`.execute(
        db,
      )
    },
    async queueFor(id, kind, body, at) {
      const { rows } = await sql<{
        id: number
      }>`insert into webhook_deliveries (webhook, kind, body, created_at, next_at)
        select id, ${kind}, ${body}, ${new Date(at)}, ${new Date(at)} from webhooks where id = ${id} returning id`.execute(
        db,
      )
      return rows[0]?.id
    },
  } satisfies Partial<SealableStore>
}

function deliveries(db: Db) {
  return {
    take: (limit, at, until) =>
      db.transaction().execute(async (tx) => {
        const due = tx
          .selectFrom('webhook_deliveries')
          .select('id')
          .where('state', '=', 'waiting')
          .where('next_at', '<=', new Date(at))
          .orderBy('next_at')
          .limit(limit)
          .forUpdate()
          .skipLocked()
        const taken = tx
          .updateTable('webhook_deliveries')
          .set({ next_at: new Date(until) })
          .where('id', 'in', due)
        const rows = await taken.returningAll().execute()
        const known = await tx.selectFrom('webhooks').selectAll().execute()
        return rows.flatMap((row) => {
          const hook = known.find(({ id }) => id === row.webhook)
          return hook ? [{ ...deliveryOf(row), hook: hookOf(hook) }] : []
        })
      }),
    settle: (id, { state, nextAt, status, error }) =>
      db.transaction().execute(async (tx) => {
        const over = { state, next_at: nextAt === null ? null : new Date(nextAt), status, error }
        const settled = tx.updateTable('webhook_deliveries').set((e) => ({ ...over, attempts: e('attempts', '+', 1) }))
        const row = await settled.where('id', '=', id).returning('webhook').executeTakeFirst()
        if (!row || state === 'waiting') return
        await sql`delete from webhook_deliveries where webhook = ${row.webhook} and state <> 'waiting' and id <= (
          select id from webhook_deliveries where webhook = ${row.webhook} and state <> 'waiting'
          order by id desc offset ${mostKept} limit 1)`.execute(tx)
      }),
    async backlog() {
      const { rows } = await sql<{ waiting: number; oldest: Date | null }>`
        select count(*) as waiting, min(created_at) as oldest from webhook_deliveries where state = 'waiting'`.execute(
        db,
      )
      return { waiting: rows[0]?.waiting ?? 0, oldestAt: rows[0]?.oldest?.getTime() ?? null }
    },
    async deliveries(webhook, limit) {
      const query = db.selectFrom('webhook_deliveries').selectAll().where('webhook', '=', webhook)
      return (await query.orderBy('id', 'desc').limit(limit).execute()).map(deliveryOf)
    },
  } satisfies Partial<WebhookStore>
}

function hookOf({ id, url, secret, events, created_at }: Selectable<WebhookTables['webhooks']>): Webhook {
  return { id, url, secret, events, createdAt: created_at.getTime() }
}

function deliveryOf(row: Selectable<WebhookTables['webhook_deliveries']>): Delivery {
  const { created_at, next_at, ...same } = row
  return { ...same, createdAt: created_at.getTime(), nextAt: next_at?.getTime() ?? null }
}
