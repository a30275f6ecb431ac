/** The audit log: rows are added and never again touched. Whoever owns the tables could lift the trigger; the hashes show it. */
export const auditTables = [
  `create table audit (
     id bigint primary key, at timestamptz not null, kind text not null, who text not null, "from" text not null,
     action text not null, target text not null, made text, result integer not null, code text, hash text not null)`,
  'create index audit_of_who on audit (who, id desc)',
  `create function audit_only_grows() returns trigger language plpgsql as
     $$ begin raise exception 'the audit log only grows: % is refused', tg_op; end $$`,
  `create trigger audit_only_grows before update or delete or truncate on audit
     for each statement execute function audit_only_grows()`,
]
