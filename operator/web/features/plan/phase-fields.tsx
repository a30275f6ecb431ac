import { GroupChoice } from './group-choice.tsx'
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
          {draft.unit === 'group' ? (
            <GroupChoice
              of={whom}
              label="Takes"
              group={draft.amount}
              onChoose={(amount) => onChange({ ...draft, amount })}
            />
          ) : (
            text('amount', 'Takes')
          )}
          <select
            aria-label={`Percent or ${whom}`}
            value={draft.unit}
            onChange={(event) => onChange(inUnit(draft, event.target.value as PhaseDraft['unit']))}
          >
            <option value="percent">% of all</option>
            <option value="count">{whom}</option>
            <option value="group">of a group</option>
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

/** A number is no group's name, nor the other way round. */
function inUnit(draft: PhaseDraft, unit: PhaseDraft['unit']): PhaseDraft {
  const other = (unit === 'group') !== (draft.unit === 'group')
  return { ...draft, unit, ...(other && { amount: unit === 'group' ? '' : '10' }) }
}
