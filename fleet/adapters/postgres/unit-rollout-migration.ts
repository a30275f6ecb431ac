/** Rollouts of releases to units, and where each unit was last heard to stand; null: not since these tables are there. */
export const unitRolloutTables = [
  'alter table units add column standing text',
  'create index units_of_model on units (model)',
  `create table unit_rollouts (
     id bigint generated always as identity primary key, release bigint not null references releases,
     model text, units text[], -- both null: every unit
     plan json not null, bounds float8[] not null default '{}', progress json not null,
     created_at timestamptz not null, key text unique, asked text)`,
  `create table unit_orders (
     rollout bigint not null references unit_rollouts, unit text collate "C" not null references units,
     previous bigint, ordered_at timestamptz not null, taken_back boolean not null default false,
     primary key (rollout, unit))`,
]
