import { type About, keyedFields, parseQuery, plainFields, QueryError } from '@windlass/model'
import { useId } from 'react'

/** What a query's text is: nothing, a query, or where it is off. */
export type Read = { is: 'empty' } | { is: 'query'; text: string } | { is: 'off'; error: QueryError }

export function readQuery(text: string, about: About = 'device'): Read {
  if (text.trim() === '') return { is: 'empty' }
  try {
    parseQuery(text, about)
    return { is: 'query', text }
  } catch (error) {
    if (error instanceof QueryError) return { is: 'off', error }
    throw error
  }
}

interface Given {
  label: string
  /** Whom it is about; default devices. */
  about?: About
  text: string
  onText: (text: string) => void
  /** How many it means now, where that is known. */
  count?: number | undefined
}

const examples: Readonly<Record<About, string>> = {
  device: 'label.site = Oslo and version < 3.2',
  unit: 'model = boat and label.site = Oslo',
}

/** A box for a query about devices or units. While it cannot be read it says at which character, and what is expected there. */
export function QueryBox({ label, about = 'device', text, onText, count }: Given) {
  const id = useId()
  const read = readQuery(text, about)
  return (
    <div className="query">
      <label>
        {label}
        <textarea
          rows={text.length > 90 ? 3 : 1}
          spellCheck={false}
          value={text}
          placeholder={examples[about]}
          aria-invalid={read.is === 'off'}
          aria-describedby={id}
          onChange={(event) => onText(event.target.value.replaceAll('\n', ' '))}
        />
      </label>
      <div id={id} role="status" className="note">
        {read.is === 'off' ? <Off text={text} error={read.error} /> : null}
        {read.is === 'query' && count !== undefined ? (
          <>
            <b className="number">{count.toLocaleString('en')}</b> {count === 1 ? about : `${about}s`} now
          </>
        ) : null}
        {read.is === 'empty' ? (
          <>
            Fields: <code>{fieldsOf(about)}</code>. Questions: <code>= != ~ in &lt; &lt;= &gt; &gt;= has</code>, joined
            by <code>and or not</code>; <code>all</code> is every {about}.
          </>
        ) : null}
      </div>
    </div>
  )
}

function fieldsOf(about: About): string {
  return [...plainFields[about], ...keyedFields[about].map((of) => `${of}.KEY`)].join(' ')
}

function Off({ text, error }: { text: string; error: QueryError }) {
  const at = error.position - 1
  return (
    <>
      <code className="off-place" aria-hidden="true">
        {text.slice(Math.max(0, at - 60), at)}
        <mark>{text.slice(at) || ' '}</mark>
      </code>
      <span className="said-failed">
        Character {error.position}: expected {error.expected}, got {error.came}
      </span>
    </>
  )
}
