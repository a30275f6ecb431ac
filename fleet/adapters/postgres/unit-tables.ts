import type { UnitStatus } from '@windlass/model/unit'
import type { Generated, JSONColumnType } from 'kysely'
import type { Audience } from '../../rollout/audience.ts'
import type { Plan } from '../../rollout/plan.ts'
import type { Progress } from '../../rollout/progress.ts'
import type { Release, Unit } from '../../units/records.ts'

/*
 * Rows of units as kysely sees them.
 */

interface ItemRow {
  item_id: string
  version: string
  type: 'service' | 'component'
  owner_id: string
  index_digest: string
  blobs: string[]
  size: number
  created_at: Date
}

interface ReleaseRow {
  id: Generated<number>
  content: JSONColumnType<Release['content']>
  created_at: Date
}

interface UnitRow {
  id: string
  model: string
  release: number | null
  orders: Generated<number>
  status: JSONColumnType<UnitStatus> | null
  first_seen: Date
  last_seen: Date
  standing: Unit['standing'] | null
  labels: JSONColumnType<Record<string, string>, string | undefined, string>
}

interface UnitRolloutRow {
  id: Generated<number>
  release: number
  model: string | null
  units: string[] | null
  plan: JSONColumnType<Plan>
  bounds: Generated<number[]>
  progress: JSONColumnType<Progress>
  created_at: Date
  key: string | null
  asked: string | null
  audience: JSONColumnType<Audience> | null
  resting: Generated<boolean>
}

interface UnitOrderRow {
  rollout: number
  unit: string
  previous: number | null
  ordered_at: Date
  taken_back: Generated<boolean>
  phase: number | null
}

interface ClaimRow {
  token_hash: string
  system_id: string | null
  created_at: Date
  used_by: string | null
  uses: number
  expires_at: Date | null
  withdrawn_at: Date | null
}

export interface UnitTables {
  blobs: { digest: string; size: number; sha3: string }
  items: ItemRow
  releases: ReleaseRow
  claims: ClaimRow
  claim_uses: { token_hash: string; unit: string; at: Date }
  units: UnitRow
  unit_groups: { name: string; query: string; created_at: Date }
  unit_rollouts: UnitRolloutRow
  unit_orders: UnitOrderRow
  unit_certificates: { serial: string; unit: string; issued_at: Date; revoked_at: Date | null }
  revoked_units: { unit: string; at: Date }
  unit_news: { id: Generated<number>; unit: string; kind: string; at: Date; content: string }
}
