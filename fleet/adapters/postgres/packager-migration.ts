/** Who may push with UpdateHub's packager, beside those of the settings. */
export const packagerTables = [
  `create table packagers (
     id text primary key, name text not null, secret text not null,
     created_at timestamptz not null, last_used timestamptz)`,
]
