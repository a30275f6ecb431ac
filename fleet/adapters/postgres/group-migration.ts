/*
 * Labels and groups, and what makes it quick to ask for devices.
 */

// The same rule as `versionOrder` of the model: the contract suite holds them together.
const versionOrder = `
  create function version_order(version text) returns text[] language sql immutable strict parallel safe as $$
    select (select array_agg(lpad(coalesce((string_to_array(m[1], '.'))[i], '0'), 18, '0') order by i)
            from generate_series(1, 4) i)
      || case when m[2] is null then array['~'] else
           (select array_agg(case when p ~ '^[0-9]{1,18}$' then '0' || lpad(p, 18, '0') else '1' || p end order by i)
            from unnest(string_to_array(m[2], '.')) with ordinality as parts(p, i)) end
    from regexp_match(version,
      '^v?([0-9]{1,18}(?:\\.[0-9]{1,18}){0,3})(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$') m
    where m is not null
  $$`

export const groupTables = [
  versionOrder,
  `alter table devices add column labels jsonb not null default '{}'`,
  `create table groups (
     name text collate "C" primary key,
     query text, -- null: those listed
     created_at timestamptz not null)`,
  `create table group_devices (
     group_name text collate "C" not null references groups on delete cascade, device text not null references devices,
     primary key (group_name, device))`,
]
