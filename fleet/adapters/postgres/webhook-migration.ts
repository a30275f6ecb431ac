/** What waits, by its age: it is counted at every look at the metrics. */
export const waitingDeliveries = [
  `create index webhook_deliveries_waiting on webhook_deliveries (created_at) where state = 'waiting'`,
]

/** Webhooks, and what is on its way to them. */
export const webhookTables = [
  `create table webhooks (
     id bigint generated always as identity primary key, url text not null, secret text not null, events text[] not null,
     created_at timestamptz not null)`,
  `create table webhook_deliveries (
     id bigint generated always as identity primary key, webhook bigint not null references webhooks on delete cascade,
     kind text not null, body text not null, created_at timestamptz not null, attempts integer not null default 0,
     state text not null default 'waiting', next_at timestamptz, status integer, error text)`,
  `create index webhook_deliveries_due on webhook_deliveries (next_at) where state = 'waiting'`,
  'create index webhook_deliveries_of_webhook on webhook_deliveries (webhook, id desc)',
]
