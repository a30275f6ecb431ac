import type { Meaning } from '../live/meaning.ts'

const signs: Readonly<Record<Meaning, string>> = { running: '▸', done: '✓', waiting: '○', failed: '✕', held: '‖' }

/** A state with its colour and its sign: nothing is told by colour alone. */
export function Mark({ meaning, children }: { meaning: Meaning; children: React.ReactNode }) {
  return (
    <span className="mark" data-meaning={meaning}>
      <span aria-hidden="true">{signs[meaning]}</span> {children}
    </span>
  )
}
