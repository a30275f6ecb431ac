/**
 * Rollouts for groups. A version before finds none of their devices: it neither asks the query nor sees names. What a rollout gave
 * a device it gave it in a phase, which holds when the device leaves the group.
 */
export const audienceTables = [
  `alter table rollouts
     add column audience json, -- { group, query }; null: no group and no query was named
     add column by_query boolean not null default false,
     add column lists boolean not null default false`,
  'create index rollouts_of_product on rollouts (product) where running and (whole_product or by_query)',
  `create table rollout_lists (
     rollout bigint not null references rollouts, phase int not null, device text not null references devices,
     primary key (rollout, device, phase))`,
  'alter table attempts add column under_rollout bigint, add column under_phase int',
  'create index attempts_under on attempts (under_rollout) where under_rollout is not null',
]
