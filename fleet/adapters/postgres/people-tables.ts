import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { KeptGrant, KeptGroupGrant } from './kept-grants.ts'

/*
 * Rows of people as kysely sees them.
 */

interface UserRow {
  name: string
  password_hash: string | null
  grants: JSONColumnType<KeptGrant[]>
  /** Has a default; set by itself after `grants` (people-migration.ts). */
  group_grants: ColumnType<KeptGroupGrant[], string | undefined, string>
  created_at: Date
  last_sign_in: Date | null
  failures: Generated<number>
  locked_until: Date | null
}

interface TokenRow {
  id: Generated<number>
  name: string
  hash: string
  grants: JSONColumnType<KeptGrant[]>
  group_grants: ColumnType<KeptGroupGrant[], string | undefined, string>
  made_by: string | null
  created_at: Date
  expires_at: Date | null
  last_used: Date | null
  withdrawn_at: Date | null
}

export interface PeopleTables {
  users: UserRow
  sessions: { hash: string; user: string; expires_at: Date }
  api_tokens: TokenRow
}
