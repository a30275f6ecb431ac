/**
 * What a rollout was asked for beyond its devices, and how far it is. `running` stays what probes look rollouts up by: false once
 * `progress` has an `abortedAt`. A process of the version before sees neither pauses nor phases.
 */
export const phaseColumns = [
  `alter table rollouts
     add column plan json not null default '{"phases":[{"size":{"rest":true},"gate":{"successPercent":100,"soakSeconds":0,"approval":null,"failureLimit":null}}]}',
     add column bounds float8[] not null default '{}',
     add column progress json not null default '{}',
     add column key text unique,
     add column asked text`,
  `update rollouts set progress = json_build_object('abortedAt', floor(extract(epoch from now()) * 1000)) where not running`,
]

/** Places given out by rollouts with a speed; `seq` keeps two fleets from giving the same one. */
export const paceTables = [
  `create table rollout_paces (
     rollout bigint primary key references rollouts,
     seq bigint not null, minute bigint not null, offers bigint not null)`,
  "create index attempts_under_way on attempts (package) where state in ('offered', 'updating')",
]

/** How updated devices fare beside the others. */
export const healthColumns = [
  'alter table devices add column boot text',
  "create index reports_of_trouble on reports (id) where status in ('restarted', 'error', 'rolled_back')",
]
