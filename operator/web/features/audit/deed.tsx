import { Link } from '@tanstack/react-router'
import type { AuditRecord } from '@windlass/wire/operator'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment, Short } from '../../parts/moment.tsx'
import type { AuditFilter } from './audit-filter.ts'
import { type About, aboutOf, deedText } from './deed-text.ts'

/** One entry of the audit log. Whose it is leads to all of theirs. */
export function Deed({ entry, onFilter }: { entry: AuditRecord; onFilter: (given: AuditFilter) => void }) {
  const { at, who, kind, action, target, result, code, from } = entry
  const refused = result >= 400
  return (
    <div className="row deed-row" title={`${action} ${target}, entry ${entry.id}, ${entry.hash}`}>
      <span className="aside">
        <Moment at={at} />
      </span>
      <button type="button" className="quiet" title={`Only what ${who} did`} onClick={() => onFilter({ who })}>
        <b>{who}</b> {kind === 'token' ? 'token' : ''}
      </button>
      <span>
        {deedText(action)} <AboutLink about={aboutOf(entry)} />
      </span>
      <span className="aside number">{from}</span>
      <Mark meaning={refused ? 'failed' : 'done'}>{refused ? plainWord(code ?? String(result)) : 'done'}</Mark>
    </div>
  )
}

function AboutLink({ about: { page, id } }: { about: About }) {
  switch (page) {
    case 'device':
      return (
        <Link to="/devices/$id" params={{ id }}>
          {id.slice(0, 8)}
        </Link>
      )
    case 'unit':
      return (
        <Link to="/units/$id" params={{ id }}>
          {id}
        </Link>
      )
    case 'rollout':
      return (
        <Link to="/rollouts/$id" params={{ id }}>
          {id}
        </Link>
      )
    case 'unit rollout':
      return (
        <Link to="/unit-rollouts/$id" params={{ id }}>
          {id}
        </Link>
      )
    case null:
      return /[a-f0-9]{64}$/.test(id) ? <Short digest={id} /> : <b>{id}</b>
  }
}
