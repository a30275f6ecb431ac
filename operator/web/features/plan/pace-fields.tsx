/** How fast a rollout may go, and what stops it, as typed. */
export interface PaceDraft {
  perMinute: string
  atOnce: string
  watchHealth: boolean
  falseAlarmPercent: string
}

/** How many devices at a time, and whether it pauses when those that are updated fare worse. */
export function PaceFields({ draft, onChange }: { draft: PaceDraft; onChange: (given: Partial<PaceDraft>) => void }) {
  const number = (name: 'perMinute' | 'atOnce' | 'falseAlarmPercent', label: string, hint: string) => (
    <label>
      {label}
      <input
        inputMode="decimal"
        value={draft[name]}
        placeholder={hint}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </label>
  )
  return (
    <div className="stack">
      <div className="fields">
        {number('perMinute', 'Offered to, in a minute', 'any number')}
        {number('atOnce', 'Under way at once', 'any number')}
      </div>
      <label className="choice">
        <input
          type="checkbox"
          checked={draft.watchHealth}
          onChange={(event) => onChange({ watchHealth: event.target.checked })}
        />
        Pause when updated devices fare worse than those not yet updated
      </label>
      {draft.watchHealth ? (
        <div className="fields">
          {number('falseAlarmPercent', 'False alarms, in % of harmless rollouts', '1')}
          <p className="note">
            Counted are restarts that no update made, and reports of failure. Fewer false alarms take longer to be sure.
          </p>
        </div>
      ) : null}
    </div>
  )
}
