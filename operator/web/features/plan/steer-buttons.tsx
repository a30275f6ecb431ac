import { useMutation } from '@tanstack/react-query'
import { Trouble } from '../../parts/nothing.tsx'

export type Steering = 'pause' | 'abort' | 'back'

interface Given {
  status: string
  /** What taking it back is called; null where nobody has anything to give back. */
  back: string | null
  resume: () => Promise<unknown>
  onAsk: (what: Steering) => void
}

/** What can be done with a rollout as it stands. All but going on is asked about first. */
export function SteerButtons({ status, back, resume, onAsk }: Given) {
  const again = useMutation({ mutationFn: resume })
  return (
    <>
      {again.error ? <Trouble error={again.error} /> : null}
      {status === 'paused' ? (
        <button type="button" className="main" onClick={() => again.mutate()} disabled={again.isPending}>
          Resume
        </button>
      ) : null}
      {status === 'running' ? (
        <button type="button" onClick={() => onAsk('pause')}>
          Pause
        </button>
      ) : null}
      {back === null ? null : (
        <button type="button" onClick={() => onAsk('back')}>
          {back}
        </button>
      )}
      {status === 'aborted' ? null : (
        <button type="button" className="danger" onClick={() => onAsk('abort')}>
          Abort
        </button>
      )}
    </>
  )
}
