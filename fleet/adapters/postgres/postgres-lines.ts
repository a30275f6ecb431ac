import type pg from 'pg'
import { goneAfterMs, type Lines } from '../../processes/lines.ts'

// By the database's clock: those of the machines may differ. Who was not seen for a while is forgotten, with its lines.
const beatText = `
  with gone as (delete from processes where id <> $1 and seen_at < now() - interval '1 minute')
  insert into processes (id, seen_at) values ($1, now()) on conflict (id) do update set seen_at = now()`
const takeText = `
  insert into unit_lines (unit, process) values ($1, $2) on conflict (unit) do update set process = $2`
const allText = `
  select l.unit from unit_lines l join processes p on p.id = l.process
  where p.seen_at > now() - interval '${goneAfterMs} milliseconds'`
const takenText = `${allText} and l.unit = $1`

/** Who has which unit's socket, in the database. `me`: the name of this process. */
export function postgresLines(pool: pg.Pool, me: string): Lines {
  const beat = async () => void (await pool.query({ name: 'beat', text: beatText, values: [me] }))
  return {
    beat,
    async take(unit) {
      const take = () => pool.query({ name: 'take', text: takeText, values: [unit, me] })
      await take().catch(async () => {
        // Forgotten meanwhile, as a process that slept.
        await beat()
        await take()
      })
    },
    async drop(unit) {
      await pool.query('delete from unit_lines where unit = $1 and process = $2', [unit, me])
    },
    isTaken: async (unit) => (await pool.query({ name: 'taken', text: takenText, values: [unit] })).rowCount === 1,
    taken: async () =>
      (await pool.query<{ unit: string }>({ name: 'all taken', text: allText })).rows.map(({ unit }) => unit),
    leave: async () => void (await pool.query('delete from processes where id = $1', [me])),
  }
}
