/**
 * Labels and groups of units, and rollouts for groups. To a version before, a rollout for a query names no unit. `resting`: nothing
 * in it can move any more.
 */
export const unitGroupTables = [
  `alter table units add column labels jsonb not null default '{}'`,
  'create table unit_groups (name text collate "C" primary key, query text not null, created_at timestamptz not null)',
  `alter table unit_rollouts
     add column audience json, -- { group, query }; then units is empty
     add column resting boolean not null default false`,
  'alter table unit_orders add column phase int',
]
