/** Devices that may come, before they came. */
export const admissionTables = [
  `create table approvals (
     device text primary key, identity json not null, labels jsonb not null, created_at timestamptz not null)`,
]
