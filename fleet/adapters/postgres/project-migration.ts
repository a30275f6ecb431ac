/** Which projects there are beside this one: rows stand only in the default project's tables. */
export const projectTables = [
  'create table projects (name text primary key, state text not null, created_at timestamptz not null, admin text not null)',
]
