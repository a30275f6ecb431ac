import type pg from 'pg'
import type { Attempt, Device, ReportEntry } from '../../store/records.ts'
import { type Conclusion, historyLimit } from '../../store/store.ts'

/*
 * What follows from a probe or report, as one statement, so that all of it is written or nothing.
 */

// Parts of one statement do not see each other's rows: what is let go of history is counted without the new lines.
const text = `
  with placed as (
    update rollout_paces set seq = seq + 1, minute = $17,
      offers = case when minute = $17 then offers + 1 else 1 end
    where rollout = $15 and seq = $16
    returning 1),
  written as (
    insert into devices as d
      (id, product, version, hardware, identity, attributes, status, waits, first_seen, last_seen, revision, boot, labels)
    select $1, $2, $3, $4, $5::json, $6::json, $7, $8, $9::timestamptz, $10::timestamptz, 0, $18, $19::jsonb
    where $15::bigint is null or exists (select from placed)
    on conflict (id) do update set
      product = excluded.product, version = excluded.version, hardware = excluded.hardware,
      identity = excluded.identity, attributes = excluded.attributes, status = excluded.status,
      waits = excluded.waits, last_seen = excluded.last_seen, boot = excluded.boot, revision = d.revision + 1
    where d.revision = $11
    returning id),
  tried as (
    insert into attempts (device, package, version, from_version, state, reason, last_report, offers, retry, at,
      under_rollout, under_phase)
    select w.id, a.package, a.version, a.from_version, a.state, a.reason, a.last_report, a.offers, a.retry, a.at,
      a.under_rollout, a.under_phase
    from written w, json_to_recordset($12) as a(
      package text, version text, from_version text, state text, reason text, last_report text, offers int, retry boolean, at timestamptz,
      under_rollout bigint, under_phase int)
    on conflict (device, package) do update set
      version = excluded.version, from_version = excluded.from_version, state = excluded.state, reason = excluded.reason, last_report = excluded.last_report,
      offers = excluded.offers, retry = excluded.retry, at = excluded.at,
      under_rollout = excluded.under_rollout, under_phase = excluded.under_phase),
  told as (
    insert into reports (device, at, package, status, concluded, previous_state, error_message, log)
    select w.id, r.at, r.package, r.status, r.concluded, r.previous_state, r.error_message, r.log
    from written w, rows from (json_to_recordset($13) as (
      at timestamptz, package text, status text, concluded boolean, previous_state text, error_message text, log text))
      with ordinality as r(at, package, status, concluded, previous_state, error_message, log, line)
    order by r.line),
  gone as (
    delete from reports where device = (select id from written) and id <= (
      select id from reports where device = $1
      order by id desc offset ${historyLimit} - $14 limit 1))
  select id from written`

/**
 * Writes a device down with what follows from what it said. False when the device's row is not at `revision` any more, or is
 * there although it was not, or when the place in a rollout was taken meanwhile: then nothing is written, and it has to be looked
 * at anew. (A place may then count as given in that minute that was not.)
 */
export async function record(db: pg.Pool, device: Device, conclusion: Conclusion, revision: number): Promise<boolean> {
  const { id, product, version, hardware, identity, attributes, waits, firstSeen, lastSeen } = device
  const status = conclusion.status ?? device.status
  const lines = conclusion.reports.slice(-historyLimit)
  const facts = [product, version, hardware, JSON.stringify(identity), JSON.stringify(attributes)]
  const row = [id, ...facts, status, waits, new Date(firstSeen), new Date(lastSeen), revision]
  const attempts = JSON.stringify(conclusion.attempts.map(attemptRow))
  const { place } = conclusion
  const taken = [place?.rollout ?? null, place?.seq ?? null, place?.minute ?? null]
  const values = [
    ...row,
    attempts,
    JSON.stringify(lines.map(reportRow)),
    lines.length,
    ...taken,
    device.boot,
    JSON.stringify(device.labels),
  ]
  const { rowCount } = await db.query({ name: 'record', text, values })
  return rowCount === 1
}

function attemptRow({ lastReport, from, at, under, ...same }: Attempt): object {
  const offered = { under_rollout: under?.rollout ?? null, under_phase: under?.phase ?? null }
  return { ...same, ...offered, from_version: from, last_report: lastReport, at: new Date(at) }
}

function reportRow({ at, previousState, errorMessage, ...same }: ReportEntry): object {
  return { ...same, at: new Date(at), previous_state: previousState, error_message: errorMessage }
}
