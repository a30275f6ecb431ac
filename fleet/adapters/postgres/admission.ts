import { type Kysely, sql } from 'kysely'
import { type AdmissionStore, decommissioned } from '../../identity/admission.ts'
import { relabel } from './relabel.ts'
import type { Tables } from './tables.ts'

/** Approvals, and devices out of service, in PostgreSQL. */
export function admissionIn(db: Kysely<Tables>): AdmissionStore {
  return {
    approve(approvals, at) {
      const list = JSON.stringify(approvals)
      const approving = sql`
        insert into approvals (device, identity, labels, created_at)
        select device, identity, labels, ${new Date(at)}
        from json_to_recordset(${list}) as a(device text, identity json, labels jsonb)
        on conflict (device) do update set labels = excluded.labels, created_at = excluded.created_at`
      const labelling = sql`
        update devices d set labels = d.labels || a.labels
        from json_to_recordset(${list}) as a(device text, labels jsonb) where d.id = a.device`
      return relabel(db, labelling, approving)
    },
    async setInService(device, serves, at) {
      const [status, told] = serves ? ['idle', 'recommissioned'] : [decommissioned, decommissioned]
      const { rows } = await sql<{ known: boolean; changed: boolean }>`
        with changed as (
          update devices set status = ${status}, waits = null, revision = revision + 1
          where id = ${device} and (status = ${decommissioned}) = ${serves} returning id),
        told as (
          insert into reports (device, at, package, status, concluded)
          select id, ${new Date(at)}, '', ${told}, true from changed)
        select exists (select from devices where id = ${device}) known, exists (select from changed) changed`.execute(
        db,
      )
      const [row] = rows
      if (!row?.known) return 'unknown'
      return row.changed ? 'changed' : 'needless'
    },
  }
}
