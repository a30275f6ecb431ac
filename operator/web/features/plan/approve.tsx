import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { whoMay } from './who-may.ts'

interface Given {
  /** The phase that waits for it. */
  phase: number
  by: readonly string[]
  onApprove: (who: string) => Promise<unknown>
}

/** Says yes to the next phase, in the name of whoever is signed in. */
export function Approve({ phase, by, onApprove }: Given) {
  const { client } = useFleet()
  const session = useQuery(ask.session(client))
  const [asking, setAsking] = useState(false)
  if (!session.data) return null
  const may = whoMay(session.data, by)
  if (may.length === 0) return <p className="note">Only they can say yes.</p>
  return (
    <>
      <button type="button" className="small" onClick={() => setAsking(true)}>
        Approve
      </button>
      {asking ? <Asking phase={phase} may={may} onApprove={onApprove} onClose={() => setAsking(false)} /> : null}
    </>
  )
}

interface AskingGiven extends Pick<Given, 'phase' | 'onApprove'> {
  may: readonly string[]
  onClose: () => void
}

function Asking({ phase, may, onApprove, onClose }: AskingGiven) {
  const [who, setWho] = useState(may[0] ?? '')
  const approve = useMutation({ mutationFn: () => onApprove(who), onSuccess: onClose })
  return (
    <Dialog
      title={`Approve phase ${phase}?`}
      confirm="Say yes"
      busy={approve.isPending}
      error={approve.error}
      onConfirm={() => approve.mutate()}
      onClose={onClose}
    >
      {may.length === 1 ? (
        <p>
          You say yes as <b>{who}</b>.
        </p>
      ) : (
        <label>
          Nobody is signed in by name: whose yes is it?
          <select value={who} onChange={(event) => setWho(event.target.value)}>
            {may.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <p className="note">The phase opens once enough people said yes and the rest of its gate holds.</p>
    </Dialog>
  )
}
