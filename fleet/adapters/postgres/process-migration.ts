/** What the processes of a fleet share, and who of them has which unit's socket. */
export const processTables = [
  'create table shared (name text primary key, value json not null)',
  'create table processes (id text primary key, seen_at timestamptz not null)',
  `create table unit_lines (
     unit text collate "C" primary key references units on delete cascade,
     process text not null references processes on delete cascade)`,
  'create index unit_lines_of_process on unit_lines (process)',
  // Grows with every order, so that a process can tell whether the unit was told the newest.
  'alter table units add column orders bigint not null default 0',
]
