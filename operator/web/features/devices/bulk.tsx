import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DeviceCountQuery, LabelChange } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Trouble } from '../../parts/nothing.tsx'
import { LabelDialog } from '../labelling/label-dialog.tsx'
import { wholeList } from '../labelling/whole-list.ts'
import { type Retried, retryEach } from './retry-each.ts'

interface Given {
  picked: ReadonlySet<string>
  asked: DeviceCountQuery
  count: number | undefined
  onDone: () => void
}

/** What can be done with the devices that are picked. */
export function Bulk({ picked, asked, count, onDone }: Given) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [labelling, setLabelling] = useState(false)
  const [tried, setTried] = useState<Retried | null>(null)
  const whole = wholeList(asked)
  const label = async (whom: 'picked' | 'all', change: LabelChange): Promise<void> => {
    await client.labelDevices({ to: whom === 'all' && whole ? whole : { devices: [...picked] }, ...change })
    await queries.invalidateQueries({ queryKey: ['devices'] })
  }
  const retry = useMutation({
    mutationFn: () => retryEach(client, [...picked], setTried),
    onSettled: () => queries.invalidateQueries({ queryKey: ['devices'] }),
  })
  return (
    <div className="bulk" role="region" aria-label="Picked devices">
      <b className="number">{countText(picked.size, 'device')} picked</b>
      <button type="button" className="small" onClick={() => setLabelling(true)}>
        Label…
      </button>
      <button type="button" className="small" onClick={() => retry.mutate()} disabled={retry.isPending}>
        Let try once more
      </button>
      <button type="button" className="quiet" onClick={onDone}>
        Pick none
      </button>
      <span className="note" role="status">
        {tried ? retriedText(tried, picked.size) : ''}
      </span>
      {retry.error ? <Trouble error={retry.error} /> : null}
      {labelling ? (
        <LabelDialog
          one="device"
          picked={picked.size}
          whole={whole && (count ?? null)}
          run={label}
          onClose={() => setLabelling(false)}
        />
      ) : null}
    </div>
  )
}

function retriedText({ allowed, needless, done }: Retried, total: number): string {
  if (done < total) return `${done} of ${total} asked`
  return `${countText(allowed, 'device')} may try once more${needless > 0 ? `; nothing failed on ${needless}` : ''}`
}
