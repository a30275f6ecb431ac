import { useEffect, useState } from 'react'
import type { AuditFilter } from './audit-filter.ts'

interface Given {
  filter: AuditFilter
  onFilter: (filter: AuditFilter) => void
}

const restMs = 250
const areas = [
  'rollouts',
  'devices',
  'packages',
  'items',
  'releases',
  'units',
  'claims',
  'groups',
  'users',
  'tokens',
  'webhooks',
  'session',
  'projects',
]
const results = [
  { name: 'all', only: undefined },
  { name: 'done', only: 'done' },
  { name: 'refused', only: 'refused' },
] as const

/** By whom, of what, when, with what result. */
export function FilterFields({ filter, onFilter }: Given) {
  const { only } = filter
  const change = (name: keyof AuditFilter, value: string | undefined): void => {
    const { [name]: _, ...rest } = filter
    onFilter(value ? { ...rest, [name]: value } : rest)
  }
  return (
    <div className="sheet-part filters" role="search" aria-label="Which entries">
      <Who key={filter.who ?? ''} who={filter.who ?? ''} onWho={(who) => change('who', who)} />
      <label>
        What
        <select value={filter.action ?? ''} onChange={(event) => change('action', event.target.value)}>
          <option value="">anything</option>
          {areas.map((area) => (
            <option key={area} value={`/${area}`}>
              {area}
            </option>
          ))}
        </select>
      </label>
      {(['since', 'until'] as const).map((name) => (
        <label key={name}>
          {name === 'since' ? 'From' : 'Until'}
          <input
            type="datetime-local"
            value={filter[name] ?? ''}
            onChange={(event) => change(name, event.target.value)}
          />
        </label>
      ))}
      <span className="tabs" role="group" aria-label="With what result">
        {results.map((one) => (
          <button
            key={one.name}
            type="button"
            aria-pressed={only === one.only}
            onClick={() => change('only', one.only)}
          >
            {one.name}
          </button>
        ))}
      </span>
    </div>
  )
}

/** A name, whole: asked for when the typing rests. */
function Who({ who, onWho }: { who: string; onWho: (who: string) => void }) {
  const [text, setText] = useState(who)
  useEffect(() => {
    if (text.trim() === who) return
    const timer = setTimeout(() => onWho(text.trim()), restMs)
    return () => clearTimeout(timer)
  }, [text, who, onWho])
  return (
    <label>
      Who
      <input type="search" value={text} placeholder="anybody" onChange={(event) => setText(event.target.value)} />
    </label>
  )
}
