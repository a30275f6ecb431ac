import { useQuery } from '@tanstack/react-query'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import type { RolloutDraft } from './plan-form.ts'

interface Given {
  draft: RolloutDraft
  change: (given: Partial<RolloutDraft>) => void
  /** Who is in the chosen group; undefined while that is asked. */
  inGroup: readonly string[] | undefined
}

const ways = {
  product: 'Every device of its product, later ones too',
  group: 'The devices that are in a group now',
  devices: 'Only devices named by id',
} as const

/** To whom a rollout goes. */
export function Whom({ draft, change, inGroup }: Given) {
  return (
    <fieldset>
      <legend>To whom</legend>
      {(Object.keys(ways) as (keyof typeof ways)[]).map((whom) => (
        <label key={whom} className="choice">
          <input type="radio" name="whom" checked={draft.whom === whom} onChange={() => change({ whom })} />
          {ways[whom]}
        </label>
      ))}
      {draft.whom === 'group' ? <GroupChoice {...{ draft, change, inGroup }} /> : null}
      {draft.whom === 'devices' ? (
        <label>
          Device ids, one a line
          <textarea rows={4} value={draft.ids} onChange={(event) => change({ ids: event.target.value })} required />
        </label>
      ) : null}
    </fieldset>
  )
}

function GroupChoice({ draft, change, inGroup }: Given) {
  const { client } = useFleet()
  const groups = useQuery(ask.groups(client))
  return (
    <div className="fields">
      <label>
        Group
        <select value={draft.group} required onChange={(event) => change({ group: event.target.value })}>
          <option value="">choose one</option>
          {groups.data?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <p className="note" role="status">
        {draft.group && inGroup ? `${countText(inGroup.length, 'device')} of the product in it` : ''}
      </p>
    </div>
  )
}
