import type { ItemRecord } from '@windlass/wire/operator'
import type { ItemDraft } from './release-form.ts'

interface Given {
  draft: ItemDraft
  versions: readonly ItemRecord[]
  onChange: (draft: ItemDraft) => void
  onRemove: () => void
}

/** One item of a release: its version, and how many of it run for whom. */
export function ItemFields({ draft, versions, onChange, onRemove }: Given) {
  const isService = versions[0]?.type === 'service'
  return (
    <li className="item-fields" aria-label={draft.itemId}>
      <b>{draft.itemId}</b>
      <label>
        Version
        <select value={draft.version} onChange={(event) => onChange({ ...draft, version: event.target.value })}>
          {versions.map(({ version }) => (
            <option key={version}>{version}</option>
          ))}
        </select>
      </label>
      {isService ? (
        <>
          <label>
            Instances
            <input
              type="number"
              min={1}
              max={1024}
              value={draft.count}
              onChange={(event) => onChange({ ...draft, count: event.target.valueAsNumber || 1 })}
            />
          </label>
          <label>
            For
            <input
              value={draft.subjectId}
              required
              onChange={(event) => onChange({ ...draft, subjectId: event.target.value })}
            />
          </label>
          <label>
            Priority
            <input
              type="number"
              min={0}
              value={draft.priority}
              onChange={(event) => onChange({ ...draft, priority: event.target.valueAsNumber || 0 })}
            />
          </label>
        </>
      ) : (
        <p className="note">on every node that can</p>
      )}
      <button type="button" className="small" onClick={onRemove} aria-label={`Remove ${draft.itemId}`}>
        Remove
      </button>
    </li>
  )
}
