import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { PackageRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { bytesText } from '../../live/quantities.ts'
import { Answered, Empty, Trouble } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { PhaseFields } from './phase-fields.tsx'
import { orderOf, type PhaseDraft, phaseDraft, presets, type RolloutDraft } from './plan-form.ts'
import { Preview } from './preview.tsx'

/** Makes a rollout: which package, whom, in which phases; what it would do is shown before it starts. */
export function NewRollout({ chosen }: { chosen: string | undefined }) {
  const { client } = useFleet()
  const packages = useQuery(ask.packages(client))
  return (
    <Page title="A new rollout" above={<Link to="/rollouts">Rollouts</Link>}>
      <Answered of={packages}>
        {(list) => {
          const first = list.find(({ uid }) => uid === chosen) ?? list[0]
          if (first) return <Form packages={list} first={first} />
          return (
            <Empty title="There is no package to roll out" icon="packages">
              <Link to="/packages">Publish one</Link> first.
            </Empty>
          )
        }}
      </Answered>
    </Page>
  )
}

function Form({ packages, first }: { packages: readonly PackageRecord[]; first: PackageRecord }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [key] = useState(() => crypto.randomUUID())
  const [draft, setDraft] = useState<RolloutDraft>({
    package: first.uid,
    whom: 'product',
    ids: '',
    when: '',
    metered: false,
    phases: [],
  })
  const change = (given: Partial<RolloutDraft>): void => setDraft((before) => ({ ...before, ...given }))
  const kept = packages.find(({ uid }) => uid === draft.package) ?? first
  const start = useMutation({
    mutationFn: () => client.startRollout(orderOf(draft, kept), key),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['rollouts'] })
      await navigate({ to: '/rollouts/$id', params: { id: String(id) } })
    },
  })
  return (
    <form
      className="grid uneven"
      onSubmit={(event) => {
        event.preventDefault()
        start.mutate()
      }}
    >
      <div className="stack">
        <Panel title="What, and to whom">
          <div className="stack">
            <label>
              Package
              <select value={draft.package} onChange={(event) => change({ package: event.target.value })}>
                {packages.map(({ uid, version, size }) => (
                  <option key={uid} value={uid}>
                    {version} ({bytesText(size)}, {uid.slice(0, 8)})
                  </option>
                ))}
              </select>
            </label>
            <Whom draft={draft} change={change} />
          </div>
        </Panel>
        <PhaseList phases={draft.phases} onChange={(phases) => change({ phases })} />
        <Panel title="When">
          <div className="fields">
            <label>
              Not before (empty: at once)
              <input
                type="datetime-local"
                value={draft.when}
                onChange={(event) => change({ when: event.target.value })}
              />
            </label>
            <label className="choice">
              <input
                type="checkbox"
                checked={draft.metered}
                onChange={(event) => change({ metered: event.target.checked })}
              />
              Also over links on which bytes cost
            </label>
          </div>
        </Panel>
      </div>
      <div className="stack beside">
        <Preview draft={draft} kept={kept}>
          {start.error ? <Trouble error={start.error} /> : null}
          <button type="submit" className="main" disabled={start.isPending}>
            Start
          </button>
        </Preview>
      </div>
    </form>
  )
}

function Whom({ draft, change }: { draft: RolloutDraft; change: (given: Partial<RolloutDraft>) => void }) {
  return (
    <fieldset>
      <legend>To whom</legend>
      <label className="choice">
        <input
          type="radio"
          name="whom"
          checked={draft.whom === 'product'}
          onChange={() => change({ whom: 'product' })}
        />
        Every device of its product, later ones too
      </label>
      <label className="choice">
        <input
          type="radio"
          name="whom"
          checked={draft.whom === 'devices'}
          onChange={() => change({ whom: 'devices' })}
        />
        Only devices named by id
      </label>
      {draft.whom === 'devices' ? (
        <label>
          Device ids, one a line
          <textarea rows={4} value={draft.ids} onChange={(event) => change({ ids: event.target.value })} required />
        </label>
      ) : null}
    </fieldset>
  )
}

interface List {
  phases: readonly PhaseDraft[]
  onChange: (phases: readonly PhaseDraft[]) => void
}

function PhaseList({ phases, onChange }: List) {
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
            draft={draft}
            onChange={(fresh) => onChange(phases.with(at, fresh))}
            onRemove={() => onChange(phases.toSpliced(at, 1))}
          />
        ))}
        <p className="note">
          {phases.length === 0
            ? 'All devices get it at once.'
            : `Phase ${phases.length + 1}: all others, later devices too.`}
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
