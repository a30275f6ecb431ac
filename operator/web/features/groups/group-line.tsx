import { Link } from '@tanstack/react-router'
import { Moment } from '../../parts/moment.tsx'
import type { AnyGroup } from './kinds.ts'

interface Given {
  group: AnyGroup
  /** How many devices or units there are altogether. */
  all: number
  onChange: () => void
  onRemove: () => void
}

/** One group: whom it means, and how many of all that is now. */
export function GroupLine({ group: { about, name, query, members, createdAt }, all, onChange, onRemove }: Given) {
  return (
    <li className="group-line" aria-label={`Group ${name}`}>
      <span>
        <Link to={about === 'device' ? '/devices' : '/units'} search={{ group: name }}>
          <b>{name}</b>
        </Link>
        <span className="reason">{query === null ? 'a list of devices' : <code>{query}</code>}</span>
      </span>
      <span className="track" aria-hidden="true">
        <span style={{ width: `${all > 0 ? (100 * members) / all : 0}%` }} />
      </span>
      <span className="number end">
        {members.toLocaleString('en')} <span className="note">of {all.toLocaleString('en')}</span>
      </span>
      <span className="note end">
        <Moment at={createdAt} />
      </span>
      <span className="actions">
        {query === null ? null : (
          <button type="button" className="small" onClick={onChange} aria-label={`Change ${name}`}>
            Change
          </button>
        )}
        <button type="button" className="small" onClick={onRemove} aria-label={`Remove ${name}`}>
          Remove
        </button>
      </span>
    </li>
  )
}
