import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { LabelChange, UnitCountQuery } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { LabelDialog } from '../labelling/label-dialog.tsx'
import { wholeList } from '../labelling/whole-list.ts'

interface Given {
  picked: ReadonlySet<string>
  asked: UnitCountQuery
  count: number | undefined
  onDone: () => void
}

/** What can be done with the units that are picked. */
export function BulkUnits({ picked, asked, count, onDone }: Given) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [labelling, setLabelling] = useState(false)
  const whole = wholeList(asked)
  const label = async (whom: 'picked' | 'all', change: LabelChange): Promise<void> => {
    await client.labelUnits({ to: whom === 'all' && whole ? whole : { units: [...picked] }, ...change })
    await queries.invalidateQueries({ queryKey: ['units'] })
  }
  return (
    <div className="bulk" role="region" aria-label="Picked units">
      <b className="number">{countText(picked.size, 'unit')} picked</b>
      <button type="button" className="small" onClick={() => setLabelling(true)}>
        Label…
      </button>
      <Link to="/unit-rollouts/new" search={{ units: [...picked] }} className="button small">
        Roll a release out to them
      </Link>
      <button type="button" className="quiet" onClick={onDone}>
        Pick none
      </button>
      {labelling ? (
        <LabelDialog
          one="unit"
          picked={picked.size}
          whole={whole && (count ?? null)}
          run={label}
          onClose={() => setLabelling(false)}
        />
      ) : null}
    </div>
  )
}
