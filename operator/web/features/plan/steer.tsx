import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'

interface Asked {
  title: string
  confirm: string
  run: () => Promise<unknown>
  onClose: () => void
  children: React.ReactNode
}

/** Asks before something that cannot be taken back is done to a rollout. */
export function Sure({ title, confirm, run, onClose, children }: Asked) {
  const done = useMutation({ mutationFn: run, onSuccess: onClose })
  return (
    <Dialog
      title={title}
      confirm={confirm}
      danger
      busy={done.isPending}
      error={done.error}
      onConfirm={() => done.mutate()}
      onClose={onClose}
    >
      {children}
    </Dialog>
  )
}

interface Pausing {
  title: string
  run: (reason: string | undefined) => Promise<unknown>
  onClose: () => void
  /** What becomes of whom meanwhile. */
  note: string
}

/** Asks why a rollout is to pause. */
export function Pause({ title, run, onClose, note }: Pausing) {
  const [reason, setReason] = useState('')
  const pause = useMutation({ mutationFn: () => run(reason || undefined), onSuccess: onClose })
  return (
    <Dialog
      title={title}
      confirm="Pause it"
      busy={pause.isPending}
      error={pause.error}
      onConfirm={() => pause.mutate()}
      onClose={onClose}
    >
      <label>
        Why (everyone who asks why nothing moves reads it)
        <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </label>
      <p className="note">{note}</p>
    </Dialog>
  )
}
