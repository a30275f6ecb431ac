/** What units say beside their status. Bounded for each unit and kind as it is written. */
export const newsTables = [
  `create table unit_news (
     id bigint generated always as identity primary key,
     unit text collate "C" not null references units, kind text not null, at timestamptz not null, content json not null)`,
  'create index unit_news_of_unit on unit_news (unit, kind, id desc)',
]

/** Units and what they are brought to. What a unit said stands beside its desired release: neither changes the other. */
export const unitTables = [
  'create table blobs (digest text primary key, size bigint not null, sha3 text not null)',
  `create table items (
     item_id text collate "C" not null, version text collate "C" not null, type text not null, owner_id text not null,
     index_digest text not null, blobs text[] not null, size bigint not null, created_at timestamptz not null,
     primary key (item_id, version))`,
  `create table releases (
     id bigint generated always as identity primary key, content json not null, created_at timestamptz not null)`,
  `create table claims (
     token_hash text primary key, system_id text, created_at timestamptz not null, used_by text)`,
  `create table units (
     id text collate "C" primary key, model text not null, release bigint references releases, status json,
     first_seen timestamptz not null, last_seen timestamptz not null)`,
]

/** What units show. A unit that is revoked stays so until it enrols again. */
export const certificateTables = [
  `create table unit_certificates (
     serial text primary key, unit text collate "C" not null, issued_at timestamptz not null, revoked_at timestamptz)`,
  'create index unit_certificates_of_unit on unit_certificates (unit)',
  'create table revoked_units (unit text collate "C" primary key references units, at timestamptz not null)',
]
