import { Panel } from '../../parts/page.tsx'
import { type PhaseDraft, phaseDraft, presets } from './phase-draft.ts'
import { PhaseFields } from './phase-fields.tsx'

interface Given {
  /** Who is in them: `devices`, `units`. */
  whom: 'devices' | 'units'
  phases: readonly PhaseDraft[]
  onChange: (phases: readonly PhaseDraft[]) => void
}

/** The phases of a rollout that is being made; the last one, which takes the rest, is there by itself. */
export function PhaseList({ whom, phases, onChange }: Given) {
  const nextKey = 1 + Math.max(0, ...phases.map(({ key }) => key))
  const choices = (
    <span className="tabs">
      {Object.entries(presets).map(([name, preset]) => (
        <button
          key={name}
          type="button"
          onClick={() => onChange(preset.map((one, at) => phaseDraft(nextKey + at, one)))}
        >
          {name}
        </button>
      ))}
    </span>
  )
  return (
    <Panel title="In which phases" note={choices}>
      <div className="stack">
        {phases.map((draft, at) => (
          <PhaseFields
            key={draft.key}
            number={at + 1}
            whom={whom}
            draft={draft}
            onChange={(fresh) => onChange(phases.with(at, fresh))}
            onRemove={() => onChange(phases.toSpliced(at, 1))}
          />
        ))}
        <p className="note">
          {phases.length === 0
            ? `All ${whom} get it at once.`
            : `Phase ${phases.length + 1}: all others, later ${whom} too.`}
        </p>
        <div>
          <button type="button" className="small" onClick={() => onChange([...phases, phaseDraft(nextKey)])}>
            Add a phase
          </button>
        </div>
      </div>
    </Panel>
  )
}
