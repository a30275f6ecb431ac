import { useMutation } from '@tanstack/react-query'
import type { ClaimRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { claimDraft, claimOrderOf } from './claim-form.ts'

interface Given {
  onClose: () => void
  onMade: (claim: ClaimRecord) => Promise<void>
}

/** Whom a new claim lets in, how many, and until when. */
export function NewClaim({ onClose, onMade }: Given) {
  const { client } = useFleet()
  const [draft, setDraft] = useState(claimDraft)
  const change = (given: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...given }))
  const make = useMutation({
    mutationFn: () => client.claim(claimOrderOf(draft, Date.now())),
    onSuccess: onMade,
  })
  return (
    <Dialog
      title="Make a claim"
      confirm="Make it"
      busy={make.isPending}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    >
      <fieldset>
        <legend>Lets in</legend>
        <label className="choice">
          <input type="radio" name="for" checked={draft.whom === 'any'} onChange={() => change({ whom: 'any' })} />
          Any units that are new
        </label>
        <label className="choice">
          <input type="radio" name="for" checked={draft.whom === 'one'} onChange={() => change({ whom: 'one' })} />
          Only one, by its id, once; a known one enrols anew with it
        </label>
      </fieldset>
      <div className="fields">
        {draft.whom === 'any' ? (
          <label>
            So many units
            <input
              type="number"
              required
              min={1}
              max={100_000}
              value={draft.uses}
              onChange={({ target }) => change({ uses: target.value })}
            />
          </label>
        ) : (
          <label>
            Unit id
            <input
              required
              maxLength={64}
              value={draft.systemId}
              onChange={({ target }) => change({ systemId: target.value.trim() })}
            />
          </label>
        )}
        <label>
          Holds for days (empty: for ever)
          <input
            type="number"
            min={1}
            max={3650}
            value={draft.days}
            onChange={({ target }) => change({ days: target.value })}
          />
        </label>
      </div>
    </Dialog>
  )
}
