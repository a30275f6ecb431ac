import { type Kysely, sql } from 'kysely'
import type { Rule } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { Tables } from './tables.ts'

/** Rules as JSON, of the products that the alias `p` of packages is asked for. */
export const rulesText = `
  select coalesce(json_agg(json_build_object('package', r.package, 'product', p.product, 'version', p.version,
    'hardware', coalesce(to_json(p.hardware), '"any"'), 'needs', r.needs, 'floor', r.floor) order by r.package), '[]')
  from package_rules r join packages p on p.uid = r.package`

/** What holds for packages beside their metadata, in PostgreSQL. */
export function rulesIn(db: Kysely<Tables>): Pick<Store, 'rules' | 'setRule'> {
  return {
    async rules() {
      const { rows } = await sql<{ rules: Rule[] }>`select (${sql.raw(rulesText)}) as rules`.execute(db)
      return rows[0]?.rules ?? []
    },
    async setRule(uid, { needs, floor }) {
      const { numAffectedRows } = await sql`
        insert into package_rules (package, needs, floor) select uid, ${needs}, ${floor} from packages where uid = ${uid}
        on conflict (package) do update set needs = excluded.needs, floor = excluded.floor`.execute(db)
      return numAffectedRows === 1n
    },
  }
}
