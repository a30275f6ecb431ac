import { Empty } from '../../parts/nothing.tsx'
import type { Difference } from './release-diff.ts'

/** What two releases say differently: what comes, what goes, what becomes another. */
export function Differences({ list }: { list: readonly Difference[] }) {
  if (list.length === 0) return <Empty title="Nothing changes between them" />
  return (
    <ul className="plain diff" aria-label="Differences">
      {list.map(({ about, name, before, after }) => (
        <li key={`${about} ${name}`} data-change={before === null ? 'added' : after === null ? 'removed' : 'changed'}>
          <span className="note">{about}</span>
          <b>{name}</b>
          <span className="number">
            {before === null ? null : <del>{before}</del>}
            {before !== null && after !== null ? ' → ' : null}
            {after === null ? null : <ins>{after}</ins>}
          </span>
        </li>
      ))}
    </ul>
  )
}
