import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReleaseRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { TwoSides } from '../../parts/two-sides.tsx'
import { PhaseList } from '../plan/phase-list.tsx'
import { StartButton } from '../plan/start-button.tsx'
import { ReleaseOptions } from '../releases/release-options.tsx'
import type { Chosen } from './chosen.ts'
import { type UnitRolloutDraft, unitOrderOf, unitRolloutDraft } from './unit-form.ts'
import { UnitPreview } from './unit-preview.tsx'
import { WhichUnits } from './which-units.tsx'

/** Makes a rollout of a release: which, to which units, in which phases; what it would change is shown before it starts. */
export function NewUnitRollout({ chosen }: { chosen: Chosen }) {
  const { client } = useFleet()
  const releases = useQuery(ask.releases(client))
  return (
    <Page title="A release to units" above={<Link to="/rollouts">Rollouts</Link>}>
      <Answered of={releases}>
        {(list) => {
          const first = list.find(({ id }) => id === chosen.release) ?? list[0]
          if (first) return <Form releases={list} begun={unitRolloutDraft(first.id, chosen)} />
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

function Form({ releases, begun }: { releases: readonly ReleaseRecord[]; begun: UnitRolloutDraft }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [key] = useState(() => crypto.randomUUID())
  const [draft, setDraft] = useState(begun)
  const change = (given: Partial<UnitRolloutDraft>): void => setDraft((before) => ({ ...before, ...given }))
  const order = unitOrderOf(draft)
  const start = useMutation({
    mutationFn: () => client.startUnitRollout(order, key),
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
            <WhichUnits draft={draft} change={change} />
          </div>
        </Panel>
        <PhaseList whom="units" phases={draft.phases} onChange={(phases) => change({ phases })} />
      </div>
      <div className="stack beside">
        <UnitPreview order={order} releases={releases}>
          <StartButton start={start} />
        </UnitPreview>
      </div>
    </TwoSides>
  )
}
