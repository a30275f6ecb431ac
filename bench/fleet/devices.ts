import type pg from 'pg'

/** What the devices of `windlass simulate fleet` are made for. */
export const product = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'

const piece = 50_000
const insert = `
  insert into devices (id, product, version, hardware, identity, attributes, status, first_seen, last_seen)
  select encode(sha256(convert_to(identity, 'utf8')), 'hex'), $3, '3.0', 'gw-mk2', identity::json,
    '{"kernel":"6.6.9"}', 'idle', now(), now()
  from (select '{"serial":"D' || n || '"}' as identity from generate_series($1::int, $2::int) n) d
  on conflict do nothing`

/** Registers the devices of `windlass simulate fleet` as the fleet would, up to so many; those that are there stay. */
export async function registerDevices(client: pg.Client, devices: number): Promise<void> {
  const { rows } = await client.query<{ n: string }>('select count(*) n from devices where product = $1', [product])
  for (let from = 1 + Number(rows[0]?.n); from <= devices; from += piece)
    await client.query(insert, [from, Math.min(devices, from + piece - 1), product])
  await client.query('vacuum analyze')
}
