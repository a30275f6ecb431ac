import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReleaseRecord, UnitRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { TwoSides } from '../../parts/two-sides.tsx'
import { PhaseList } from '../plan/phase-list.tsx'
import { StartButton } from '../plan/start-button.tsx'
import { ReleaseOptions } from '../releases/release-options.tsx'
import { modelsOf, type UnitRolloutDraft, unitOrderOf } from './unit-form.ts'
import { UnitPreview } from './unit-preview.tsx'

/** Makes a rollout of a release: which, to which units, in which phases; what it would change is shown before it starts. */
export function NewUnitRollout({ chosen }: { chosen: number | undefined }) {
  const { client } = useFleet()
  const releases = useQuery(ask.releases(client))
  const units = useQuery(ask.manyUnits(client))
  return (
    <Page title="A release to units" above={<Link to="/rollouts">Rollouts</Link>}>
      <Answered of={releases}>
        {(list) => {
          const first = list.find(({ id }) => id === chosen) ?? list[0]
          if (first)
            return <Answered of={units}>{(known) => <Form releases={list} first={first} units={known} />}</Answered>
          return (
            <Empty title="There is no release to roll out" icon="releases">
              <Link to="/releases/new">Make one</Link> first.
            </Empty>
          )
        }}
      </Answered>
    </Page>
  )
}

interface Known {
  releases: readonly ReleaseRecord[]
  first: ReleaseRecord
  units: readonly UnitRecord[]
}

function Form({ releases, first, units }: Known) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [key] = useState(() => crypto.randomUUID())
  const [draft, setDraft] = useState<UnitRolloutDraft>({
    release: first.id,
    whom: 'all',
    model: '',
    units: [],
    phases: [],
  })
  const change = (given: Partial<UnitRolloutDraft>): void => setDraft((before) => ({ ...before, ...given }))
  const start = useMutation({
    mutationFn: () => client.startUnitRollout(unitOrderOf(draft), key),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['unit rollouts'] })
      await navigate({ to: '/unit-rollouts/$id', params: { id: String(id) } })
    },
  })
  return (
    <TwoSides onSend={() => start.mutate()}>
      <div className="stack">
        <Panel title="What, and to whom">
          <div className="stack">
            <label>
              Release
              <select value={draft.release} onChange={(event) => change({ release: Number(event.target.value) })}>
                <ReleaseOptions releases={releases} />
              </select>
            </label>
            <Whom draft={draft} change={change} units={units} />
          </div>
        </Panel>
        <PhaseList whom="units" phases={draft.phases} onChange={(phases) => change({ phases })} />
      </div>
      <div className="stack beside">
        <UnitPreview draft={draft} releases={releases} units={units}>
          <StartButton start={start} />
        </UnitPreview>
      </div>
    </TwoSides>
  )
}

interface WhomGiven {
  draft: UnitRolloutDraft
  change: (given: Partial<UnitRolloutDraft>) => void
  units: readonly UnitRecord[]
}

const ways = {
  all: 'Every unit, later ones too',
  model: 'Every unit of a model, later ones too',
  units: 'Only units that are picked',
} as const

function Whom({ draft, change, units }: WhomGiven) {
  return (
    <fieldset>
      <legend>To whom</legend>
      {(Object.keys(ways) as (keyof typeof ways)[]).map((whom) => (
        <label key={whom} className="choice">
          <input type="radio" name="whom" checked={draft.whom === whom} onChange={() => change({ whom })} />
          {ways[whom]}
        </label>
      ))}
      {draft.whom === 'model' ? (
        <label>
          Model
          <select value={draft.model} required onChange={(event) => change({ model: event.target.value })}>
            <option value="">choose one</option>
            {modelsOf(units).map((model) => (
              <option key={model}>{model}</option>
            ))}
          </select>
        </label>
      ) : null}
      {draft.whom === 'units' ? <Picked {...{ draft, change, units }} /> : null}
    </fieldset>
  )
}

function Picked({ draft, change, units }: WhomGiven) {
  const flip = (id: string): void =>
    change({ units: draft.units.includes(id) ? draft.units.filter((one) => one !== id) : [...draft.units, id] })
  return (
    <ul className="plain picks" aria-label="Units">
      {units.map(({ id, release }) => (
        <li key={id}>
          <label className="choice">
            <input type="checkbox" checked={draft.units.includes(id)} onChange={() => flip(id)} />
            {id} <span className="aside">{release?.name ?? 'no release'}</span>
          </label>
        </li>
      ))}
    </ul>
  )
}
