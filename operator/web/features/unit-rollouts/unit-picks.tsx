import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { useSettled } from '../../live/settled.ts'
import { Answered, Empty } from '../../parts/nothing.tsx'

interface Given {
  picked: readonly string[]
  onPick: (units: readonly string[]) => void
}

/** Units to be ticked, found by a search; those picked stay, whatever is searched for next. */
export function UnitPicks({ picked, onPick }: Given) {
  const { client } = useFleet()
  const [search, setSearch] = useState('')
  const found = useQuery(ask.foundUnits(client, useSettled(search.trim())))
  const flip = (id: string): void => onPick(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id])
  return (
    <div className="stack picking">
      <label>
        Find units by a piece of an id or a model
        <input value={search} onChange={(event) => setSearch(event.target.value)} />
      </label>
      <Answered of={found}>
        {(units) =>
          units.length === 0 ? (
            <Empty title="No unit answers to that" />
          ) : (
            <ul className="plain picks" aria-label="Units">
              {units.map(({ id, release }) => (
                <li key={id}>
                  <label className="choice">
                    <input type="checkbox" checked={picked.includes(id)} onChange={() => flip(id)} />
                    {id} <span className="aside">{release?.name ?? 'no release'}</span>
                  </label>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
      <p className="note" role="status">
        {countText(picked.length, 'unit')} picked{picked.length > 0 ? ': ' : ''}
        {picked.slice(0, 12).join(', ')}
        {picked.length > 12 ? ` and ${picked.length - 12} more` : ''}
      </p>
    </div>
  )
}
