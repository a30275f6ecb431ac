import { useEffect, useRef } from 'react'
import { Trouble } from './nothing.tsx'

/** A question to the operator. Escape and «Cancel» leave it; while it is obeyed it cannot be sent twice. */
export function Dialog(given: {
  title: string
  confirm: string
  danger?: boolean
  busy: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
  children: React.ReactNode
}) {
  const { title, confirm, danger = false, busy, error, onConfirm, onClose, children } = given
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm()
        }}
      >
        <h2>{title}</h2>
        {children}
        {error ? <Trouble error={error} /> : null}
        <footer>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className={danger ? 'danger' : 'main'} disabled={busy}>
            {confirm}
          </button>
        </footer>
      </form>
    </dialog>
  )
}
