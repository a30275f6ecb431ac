import { useQuery } from '@tanstack/react-query'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { useSettled } from '../../live/settled.ts'
import { QueryBox, readQuery } from '../../parts/query-box.tsx'
import { GroupChoice } from '../plan/group-choice.tsx'
import type { UnitRolloutDraft } from './unit-form.ts'
import { UnitPicks } from './unit-picks.tsx'

interface Given {
  draft: UnitRolloutDraft
  change: (given: Partial<UnitRolloutDraft>) => void
}

const ways = {
  all: 'Every unit',
  model: 'Every unit of a model',
  group: 'Those of a group',
  query: 'Those of which a query is true',
  units: 'Only units that are picked',
} as const

/** To which units a rollout of a release goes; of all but those picked, later ones too. */
export function WhichUnits({ draft, change }: Given) {
  return (
    <fieldset>
      <legend>To whom (later ones too, but for those picked)</legend>
      {(Object.keys(ways) as (keyof typeof ways)[]).map((whom) => (
        <label key={whom} className="choice">
          <input type="radio" name="whom" checked={draft.whom === whom} onChange={() => change({ whom })} />
          {ways[whom]}
        </label>
      ))}
      {draft.whom === 'model' ? <ModelChoice model={draft.model} onChoose={(model) => change({ model })} /> : null}
      {draft.whom === 'group' ? (
        <GroupChoice of="units" label="Group" group={draft.group} onChoose={(group) => change({ group })} />
      ) : null}
      {draft.whom === 'query' ? <QueryChoice query={draft.query} onText={(query) => change({ query })} /> : null}
      {draft.whom === 'units' ? <UnitPicks picked={draft.units} onPick={(units) => change({ units })} /> : null}
    </fieldset>
  )
}

function ModelChoice({ model, onChoose }: { model: string; onChoose: (model: string) => void }) {
  const { client } = useFleet()
  const counts = useQuery(ask.unitCounts(client))
  return (
    <label>
      Model
      <select value={model} required onChange={(event) => onChoose(event.target.value)}>
        <option value="">choose one</option>
        {counts.data?.byModel.map(({ model: name, units }) => (
          <option key={name} value={name}>
            {name} ({countText(units, 'unit')})
          </option>
        ))}
      </select>
    </label>
  )
}

function QueryChoice({ query, onText }: { query: string; onText: (text: string) => void }) {
  const { client } = useFleet()
  const text = useSettled(query)
  const count = useQuery({
    ...ask.countUnits(client, { query: text }),
    enabled: readQuery(text, 'unit').is === 'query',
  })
  return <QueryBox label="Query" about="unit" text={query} onText={onText} count={count.data} />
}
