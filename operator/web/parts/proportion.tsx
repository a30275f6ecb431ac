import type { Meaning } from '../live/meaning.ts'
import { Mark } from './mark.tsx'

export interface Share {
  name: string
  meaning: Meaning
  count: number
}

/** A whole in its parts as a bar alone; who cannot see it hears the numbers. */
export function Bar({ label, shares }: { label: string; shares: readonly Share[] }) {
  const total = shares.reduce((sum, { count }) => sum + count, 0)
  const told = shares.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`)
  return (
    <div className="bar" role="img" aria-label={`${label}: ${told.join(', ') || 'none'}`}>
      {shares.map(({ name, meaning, count }) =>
        count > 0 ? <span key={name} data-meaning={meaning} style={{ flexGrow: count / total }} /> : null,
      )}
    </div>
  )
}

/** A whole in its parts: a bar, and the numbers below it. `onChoose`: a part can be asked for. */
export function Proportion(given: { label: string; shares: readonly Share[]; onChoose?: (share: Share) => void }) {
  const { label, shares, onChoose } = given
  return (
    <div className="proportion">
      <Bar label={label} shares={shares} />
      <dl className="shares">
        {shares.map((share) => (
          <div key={share.name} data-none={share.count === 0}>
            <dt>
              {onChoose ? (
                <button type="button" className="quiet" onClick={() => onChoose(share)}>
                  <Mark meaning={share.meaning}>{share.name}</Mark>
                </button>
              ) : (
                <Mark meaning={share.meaning}>{share.name}</Mark>
              )}
            </dt>
            <dd>{share.count.toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
