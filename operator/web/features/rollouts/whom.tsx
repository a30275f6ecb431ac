import { useQuery } from '@tanstack/react-query'
import type { PackageRecord } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { useSettled } from '../../live/settled.ts'
import { QueryBox, readQuery } from '../../parts/query-box.tsx'
import { GroupChoice } from '../plan/group-choice.tsx'
import type { RolloutDraft } from './plan-form.ts'

interface Given {
  draft: RolloutDraft
  change: (given: Partial<RolloutDraft>) => void
  kept: PackageRecord
}

const ways = {
  product: 'Every device of its product',
  group: 'Those of a group',
  query: 'Those of which a query is true',
  devices: 'Only devices named by id',
} as const

/** To whom a rollout goes; of all but the named, later ones too. */
export function Whom({ draft, change, kept }: Given) {
  return (
    <fieldset>
      <legend>To whom (later ones too, but for those named)</legend>
      {(Object.keys(ways) as (keyof typeof ways)[]).map((whom) => (
        <label key={whom} className="choice">
          <input type="radio" name="whom" checked={draft.whom === whom} onChange={() => change({ whom })} />
          {ways[whom]}
        </label>
      ))}
      {draft.whom === 'group' ? (
        <GroupChoice of="devices" label="Group" group={draft.group} onChoose={(group) => change({ group })} />
      ) : null}
      {draft.whom === 'query' ? <QueryChoice {...{ draft, change, kept }} /> : null}
      {draft.whom === 'devices' ? (
        <label>
          Device ids, one a line
          <textarea rows={4} value={draft.ids} onChange={(event) => change({ ids: event.target.value })} required />
        </label>
      ) : null}
    </fieldset>
  )
}

function QueryChoice({ draft: { query }, change, kept }: Given) {
  const { client } = useFleet()
  const text = useSettled(query)
  const whole = { query: `product = ${kept.product} and (${text})` }
  const count = useQuery({ ...ask.countDevices(client, whole), enabled: readQuery(text).is === 'query' })
  return <QueryBox label="Query" text={query} onText={(fresh) => change({ query: fresh })} count={count.data} />
}
