import { useMutation } from '@tanstack/react-query'
import type { LabelChange } from '@windlass/wire/operator'
import { useState } from 'react'
import { countText } from '../../live/quantities.ts'
import { Dialog } from '../../parts/dialog.tsx'

interface Given {
  one: 'device' | 'unit'
  picked: number
  /** How many the whole list has; null where labels cannot be given to it as a whole. */
  whole: number | null
  run: (whom: 'picked' | 'all', change: LabelChange) => Promise<unknown>
  onClose: () => void
}

/** Writes a label on devices or units, or takes one off: on those picked, or on all that the query or group means. */
export function LabelDialog({ one, picked, whole, run, onClose }: Given) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const [remove, setRemove] = useState(false)
  const [whom, setWhom] = useState<'picked' | 'all'>('picked')
  const change = useMutation({
    mutationFn: () => run(whom, remove ? { remove: [key] } : { set: { [key]: value } }),
    onSuccess: onClose,
  })
  return (
    <Dialog
      title={`Label ${one}s`}
      confirm={remove ? 'Take it off' : 'Label them'}
      busy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      {whole !== null && whole > picked ? (
        <fieldset>
          <legend>Whom</legend>
          <label className="choice">
            <input type="radio" name="whom" checked={whom === 'picked'} onChange={() => setWhom('picked')} />
            {countText(picked, one)} picked
          </label>
          <label className="choice">
            <input type="radio" name="whom" checked={whom === 'all'} onChange={() => setWhom('all')} />
            all {countText(whole, one)} of this list
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
