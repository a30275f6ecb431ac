import type { PhaseDraft } from './phase-draft.ts'

interface Given {
  number: number
  whom: 'devices' | 'units'
  draft: PhaseDraft
  onChange: (draft: PhaseDraft) => void
  onRemove: () => void
}

/** One phase of a rollout that is being made: how many, and what must hold before the next. */
export function PhaseFields({ number, whom, draft, onChange, onRemove }: Given) {
  const text = (name: keyof Omit<PhaseDraft, 'key' | 'unit'>, label: string, hint = '') => (
    <label>
      {label}
      <input
        inputMode={name === 'approvers' ? 'text' : 'decimal'}
        value={draft[name]}
        placeholder={hint}
        onChange={(event) => onChange({ ...draft, [name]: event.target.value })}
      />
    </label>
  )
  return (
    <fieldset className="phase-fields" aria-label={`Phase ${number}`}>
      <header>
        <h3>Phase {number}</h3>
        <button type="button" className="quiet" onClick={onRemove}>
          Remove
        </button>
      </header>
      <div className="fields">
        <div className="joined">
          {text('amount', 'Takes')}
          <select
            aria-label={`Percent or ${whom}`}
            value={draft.unit}
            onChange={(event) => onChange({ ...draft, unit: event.target.value as PhaseDraft['unit'] })}
          >
            <option value="percent">% of all</option>
            <option value="count">{whom}</option>
          </select>
        </div>
        {text('successPercent', 'Next at % updated', '100')}
        {text('soakMinutes', 'Held for minutes', '0')}
        {text('failureLimit', 'Pauses at failures', 'never')}
      </div>
      <div className="fields">
        {text('approvers', 'Approved by (names)', 'nobody')}
        {draft.approvers.trim() ? text('needed', 'So many of them') : null}
      </div>
    </fieldset>
  )
}
