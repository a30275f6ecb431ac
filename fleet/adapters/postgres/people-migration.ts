/** People, their sessions and what acts for them. Of secrets only digests are kept. */
export const peopleTables = [
  `create table users (
     name text collate "C" primary key, password_hash text, grants json not null, created_at timestamptz not null,
     last_sign_in timestamptz, failures integer not null default 0, locked_until timestamptz)`,
  `create table sessions (
     hash text primary key, "user" text collate "C" not null references users on delete cascade,
     expires_at timestamptz not null)`,
  'create index sessions_of_user on sessions ("user")',
  `create table api_tokens (
     id bigint generated always as identity primary key, name text not null, hash text not null unique,
     grants json not null, made_by text collate "C", created_at timestamptz not null, expires_at timestamptz,
     last_used timestamptz, withdrawn_at timestamptz)`,
]

/**
 * Roles over groups stand apart from the others: a version before would read one as a role over everything. It does not look here,
 * so that there they are nothing. Whoever sets a user's other roles sets these anew too: where a version before does
 * it, which says nothing of them, they go, as everything is taken that is not given again.
 */
export const groupGrants = [
  "alter table users add column group_grants json not null default '[]'",
  "alter table api_tokens add column group_grants json not null default '[]'",
  `create function forget_group_grants() returns trigger language plpgsql as $$
   begin
     new.group_grants := '[]';
     return new;
   end $$`,
  `create trigger grants_set_anew before update of grants on users for each row execute function forget_group_grants()`,
]
