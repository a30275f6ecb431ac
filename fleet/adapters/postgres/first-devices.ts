import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Selection } from '../../groups/group.ts'
import { sqlOfSelection } from './selection.ts'
import type { Tables } from './tables.ts'

type Row = Selectable<Tables['devices']>

/** So many devices are walked past before it is judged whether to go on like this, and while the end is no farther than a few times as many. */
const walked = 5_000
const farthest = 4 * walked

/**
 * The first devices of a selection behind `after`, by id.
 *
 * Many who are meant are found soon by a walk in the order of ids; few are found by the indexes of what is asked, and put in order
 * then. The planner takes the parts of a query for independent of each other, and would walk past a million devices for the few, or
 * none, that meet two parts at a time. So it is not asked: a short walk shows how many there are.
 */
export async function firstDevices(
  db: Kysely<Tables>,
  selection: Selection,
  { limit, after = '' }: { limit: number; after?: string | undefined },
): Promise<Row[]> {
  const { condition, few, asks } = await sqlOfSelection(db, selection)
  const beyond = (id: string) => sql<boolean>`${condition} and d.id > ${id}`
  if (few) return await gathered(db, beyond(after), limit)
  if (!asks) return await passed(db, beyond(after), limit)
  const rows: Row[] = []
  for (let from = after; ; ) {
    const to = await idAhead(db, from)
    const lacking = limit - rows.length
    const upTo = to === undefined ? sql<boolean>`true` : sql<boolean>`d.id <= ${to}`
    const more = await passed(db, sql`${beyond(from)} and ${upTo}`, lacking)
    rows.push(...more)
    if (to === undefined || more.length === lacking) return rows
    if (more.length * farthest < (limit - rows.length) * walked)
      return [...rows, ...(await gathered(db, beyond(to), limit - rows.length))]
    from = to
  }
}

/** By a walk along the ids. */
function passed(db: Kysely<Tables>, condition: RawBuilder<boolean>, limit: number): Promise<Row[]> {
  return db.selectFrom('devices as d').selectAll().where(condition).orderBy('d.id').limit(limit).execute()
}

/** By any index but that of the ids, for to the planner this is another order than theirs. */
function gathered(db: Kysely<Tables>, condition: RawBuilder<boolean>, limit: number): Promise<Row[]> {
  const rows = db.selectFrom('devices as d').selectAll().where(condition)
  return rows.orderBy(sql`d.id || ''`).limit(limit).execute()
}

/** Where a walk from here ends; undefined where there are fewer devices ahead. */
async function idAhead(db: Kysely<Tables>, from: string): Promise<string | undefined> {
  const ids = db.selectFrom('devices').select('id').where('id', '>', from).orderBy('id')
  const ahead = await ids
    .offset(walked - 1)
    .limit(1)
    .executeTakeFirst()
  return ahead?.id
}
