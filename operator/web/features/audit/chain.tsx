import { useQuery } from '@tanstack/react-query'
import type { AuditCheck } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Short } from '../../parts/moment.tsx'
import { Answered } from '../../parts/nothing.tsx'

/** Whether each entry follows from the one before: every hash is counted anew. */
export function Chain() {
  const { client } = useFleet()
  const check = useQuery(ask.auditCheck(client))
  const broken = check.data !== undefined && check.data.brokenAt !== null
  return (
    <section className="panel why" data-meaning={broken ? 'failed' : 'done'} aria-label="Whether it is whole">
      <Answered of={check}>{(known) => <Told check={known} />}</Answered>
      <button type="button" className="small" disabled={check.isFetching} onClick={() => void check.refetch()}>
        {check.isFetching ? 'Counting' : 'Check again'}
      </button>
    </section>
  )
}

function Told({ check: { entries, brokenAt, lastHash } }: { check: AuditCheck }) {
  if (brokenAt !== null)
    return (
      <div>
        <p className="why-text">
          <Mark meaning="failed" long>
            Entry {brokenAt.toLocaleString('en')} does not follow from the one before.
          </Mark>
        </p>
        <p className="note">
          It, or one before it, was changed or taken out in the database. Compare with a backup from before.
        </p>
      </div>
    )
  return (
    <div>
      <p className="why-text">
        <Mark meaning="done" long>
          {countText(entries, 'entry', 'entries')}, each follows from the one before.
        </Mark>
      </p>
      <p className="note">
        {lastHash === null ? 'There is no entry yet.' : null}
        {lastHash === null ? null : (
          <>
            The last is <Short digest={lastHash} />. Keep it elsewhere now and then: only with it one sees that entries
            were taken off the end.{' '}
            <button type="button" className="quiet" onClick={() => void navigator.clipboard?.writeText(lastHash)}>
              Copy
            </button>
          </>
        )}
      </p>
    </div>
  )
}
