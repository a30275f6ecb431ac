import { OperatorError } from '@windlass/wire/operator'
import { Icon, type IconName } from './icon.tsx'

/** Nothing is there yet: what would be, and how it comes to be. */
export function Empty(given: { title: string; icon?: IconName; children?: React.ReactNode }) {
  const { title, icon, children } = given
  return (
    <div className="empty">
      {icon ? <Icon name={icon} /> : null}
      <p className="empty-title">{title}</p>
      {children ? <p>{children}</p> : null}
    </div>
  )
}

/** Something could not be had: why, and once more. */
export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  const errors = error instanceof OperatorError ? error.errors.slice(1) : []
  return (
    <div className="trouble" role="alert">
      <p className="empty-title">{titleOf(error)}</p>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {errors.map((one) => (
        <p key={one}>{one}</p>
      ))}
      {again ? (
        <button type="button" onClick={again}>
          Try again
        </button>
      ) : null}
    </div>
  )
}

export function Loading() {
  return (
    <div className="loading" role="status" aria-label="loading">
      <span />
      <span />
      <span />
    </div>
  )
}

function titleOf(error: unknown): string {
  if (!(error instanceof OperatorError)) return 'The console met a mistake of its own'
  if (error.code === 'unreachable') return 'The fleet does not answer'
  if (error.status === 404) return 'There is no such thing'
  return `Refused: ${error.code.replaceAll('_', ' ')}`
}

interface Question<T> {
  data: T | undefined
  error: unknown
  refetch: () => unknown
}

/** What is shown of a question: its answer; while there is none, that it is under way, or why there is none. */
export function Answered<T>({ of, children }: { of: Question<T>; children: (data: T) => React.ReactNode }) {
  if (of.data !== undefined) return children(of.data)
  return of.error ? <Trouble error={of.error} again={() => void of.refetch()} /> : <Loading />
}
