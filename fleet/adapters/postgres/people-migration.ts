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
