import type { UseMutationResult } from '@tanstack/react-query'
import { Trouble } from '../../parts/nothing.tsx'

/** Starts what the form says; why that did not work stands above it. */
export function StartButton({ start }: { start: Pick<UseMutationResult, 'error' | 'isPending'> }) {
  return (
    <>
      {start.error ? <Trouble error={start.error} /> : null}
      <button type="submit" className="main" disabled={start.isPending}>
        Start
      </button>
    </>
  )
}
