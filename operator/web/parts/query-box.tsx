import { parseQuery, QueryError } from '@windlass/model'
import { useId } from 'react'

/** What a query's text is: nothing, a query, or where it is off. */
export type Read = { is: 'empty' } | { is: 'query'; text: string } | { is: 'off'; error: QueryError }

export function readQuery(text: string): Read {
  if (text.trim() === '') return { is: 'empty' }
  try {
    parseQuery(text)
    return { is: 'query', text }
  } catch (error) {
    if (error instanceof QueryError) return { is: 'off', error }
    throw error
  }
}

interface Given {
  label: string
  text: string
  onText: (text: string) => void
  /** How many devices it means now, where that is known. */
  count?: number | undefined
}

/** A box for a query about devices. While it cannot be read it says at which character, and what is expected there. */
export function QueryBox({ label, text, onText, count }: Given) {
  const id = useId()
  const read = readQuery(text)
  return (
    <div className="query">
      <label>
        {label}
        <textarea
          rows={text.length > 90 ? 3 : 1}
          spellCheck={false}
          value={text}
          placeholder="label.site = Oslo and version < 3.2"
          aria-invalid={read.is === 'off'}
          aria-describedby={id}
          onChange={(event) => onText(event.target.value.replaceAll('\n', ' '))}
        />
      </label>
      <div id={id} role="status" className="note">
        {read.is === 'off' ? <Off text={text} error={read.error} /> : null}
        {read.is === 'query' && count !== undefined ? (
          <>
            <b className="number">{count.toLocaleString('en')}</b> {count === 1 ? 'device' : 'devices'} now
          </>
        ) : null}
        {read.is === 'empty' ? (
          <>
            Fields: <code>id product version hardware status identity.KEY attribute.KEY label.KEY</code>. Questions:{' '}
            <code>= != ~ in &lt; &lt;= &gt; &gt;= has</code>, joined by <code>and or not</code>; <code>all</code> is
            every device.
          </>
        ) : null}
      </div>
    </div>
  )
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
