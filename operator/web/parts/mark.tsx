import type { Meaning } from '../live/meaning.ts'

/** Each meaning's sign by its form alone: a wedge, a tick, an empty ring, a cross, two bars. */
const signs: Readonly<Record<Meaning, React.ReactNode>> = {
  running: <path d="M7 0a7 7 0 1 1 0 14A7 7 0 0 1 7 0M5.2 3.8v6.4L10.4 7z" fillRule="evenodd" fill="currentColor" />,
  done: <path d="M2.6 7.4l3 3 5.8-6.6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  waiting: <circle cx="7" cy="7" r="5.2" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  failed: (
    <path
      d="M7 0a7 7 0 1 1 0 14A7 7 0 0 1 7 0M4.9 3.8L3.8 4.9 5.9 7 3.8 9.1l1.1 1.1L7 8.1l2.1 2.1 1.1-1.1L8.1 7l2.1-2.1-1.1-1.1L7 5.9z"
      fill="currentColor"
      fillRule="evenodd"
    />
  ),
  held: (
    <path d="M7 0a7 7 0 1 1 0 14A7 7 0 0 1 7 0M4.4 4v6h1.8V4zM7.8 4v6h1.8V4z" fillRule="evenodd" fill="currentColor" />
  ),
}

/** A state with its colour and its sign: nothing is told by colour alone. `long`: a sentence, which may wrap. */
export function Mark(given: { meaning: Meaning; long?: boolean; children: React.ReactNode }) {
  const { meaning, long = false, children } = given
  return (
    <span className={long ? 'mark long' : 'mark'} data-meaning={meaning}>
      <svg viewBox="0 0 14 14" aria-hidden="true">
        {signs[meaning]}
      </svg>
      <span>{children}</span>
    </span>
  )
}
