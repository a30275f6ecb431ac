import type { Meaning } from '../live/meaning.ts'
import { Mark } from './mark.tsx'

export interface Share {
  name: string
  meaning: Meaning
  count: number
}

/** A whole in its parts: a bar, and the numbers below it. */
export function Proportion({ label, shares, bare = false }: { label: string; shares: Share[]; bare?: boolean }) {
  const total = shares.reduce((sum, { count }) => sum + count, 0)
  const told = shares.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`)
  return (
    <div className="proportion">
      <div className="bar" role="img" aria-label={`${label}: ${told.join(', ') || 'none'}`}>
        {shares.map(({ name, meaning, count }) =>
          count > 0 ? <span key={name} data-meaning={meaning} style={{ flexGrow: count / total }} /> : null,
        )}
      </div>
      {bare ? null : (
        <dl className="shares">
          {shares.map(({ name, meaning, count }) => (
            <div key={name} data-none={count === 0}>
              <dt>
                <Mark meaning={meaning}>{name}</Mark>
              </dt>
              <dd>{count.toLocaleString('en')}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
