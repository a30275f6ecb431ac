import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DeviceCountQuery, LabelOrder } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Dialog } from '../../parts/dialog.tsx'

interface Given {
  picked: readonly string[]
  asked: DeviceCountQuery
  count: number | undefined
  onClose: () => void
}

/** Writes a label on devices, or takes one off: on those picked, or on all that the query or group means. */
export function LabelDialog({ picked, asked, count, onClose }: Given) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const [remove, setRemove] = useState(false)
  const [whom, setWhom] = useState<'picked' | 'all'>('picked')
  const whole = wholeOf(asked)
  const change = useMutation({
    mutationFn: () =>
      client.labelDevices({
        to: whom === 'all' && whole ? whole : { devices: [...picked] },
        ...(remove ? { remove: [key] } : { set: { [key]: value } }),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['devices'] })
      onClose()
    },
  })
  return (
    <Dialog
      title="Label devices"
      confirm={remove ? 'Take it off' : 'Label them'}
      busy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      {whole && count !== undefined && count > picked.length ? (
        <fieldset>
          <legend>Whom</legend>
          <label className="choice">
            <input type="radio" name="whom" checked={whom === 'picked'} onChange={() => setWhom('picked')} />
            {countText(picked.length, 'device')} picked
          </label>
          <label className="choice">
            <input type="radio" name="whom" checked={whom === 'all'} onChange={() => setWhom('all')} />
            all {countText(count, 'device')} of this list
          </label>
        </fieldset>
      ) : null}
      <div className="fields">
        <label>
          Key
          <input value={key} required maxLength={63} onChange={(event) => setKey(event.target.value.trim())} />
        </label>
        {remove ? null : (
          <label>
            Value
            <input value={value} maxLength={256} onChange={(event) => setValue(event.target.value)} />
          </label>
        )}
      </div>
      <label className="choice">
        <input type="checkbox" checked={remove} onChange={(event) => setRemove(event.target.checked)} />
        Take this label off instead
      </label>
    </Dialog>
  )
}

/** The whole list as labels can be given to it: by one query or one group; null where a search narrows it. */
function wholeOf({ search, query, group }: DeviceCountQuery): LabelOrder['to'] | null {
  if (search) return null
  if (query) return group ? null : { query }
  return group ? { group } : { query: 'all' }
}
