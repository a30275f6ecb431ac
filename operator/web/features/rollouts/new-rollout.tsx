import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { PackageRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { bytesText } from '../../live/quantities.ts'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { TwoSides } from '../../parts/two-sides.tsx'
import { PaceFields } from '../plan/pace-fields.tsx'
import { PhaseList } from '../plan/phase-list.tsx'
import { StartButton } from '../plan/start-button.tsx'
import { WindowFields } from '../plan/window-fields.tsx'
import { orderOf, type RolloutDraft, rolloutDraft } from './plan-form.ts'
import { Preview } from './preview.tsx'
import { Whom } from './whom.tsx'

/** Makes a rollout: which package, whom, when, in which phases; what it would do is shown before it starts. */
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
  const [draft, setDraft] = useState(() => rolloutDraft(first.uid, Intl.DateTimeFormat().resolvedOptions().timeZone))
  const change = (given: Partial<RolloutDraft>): void => setDraft((before) => ({ ...before, ...given }))
  const kept = packages.find(({ uid }) => uid === draft.package) ?? first
  const order = orderOf(draft, kept)
  const start = useStart(order)
  return (
    <TwoSides onSend={() => start.mutate()}>
      <div className="stack">
        <Panel title="What, and to whom">
          <div className="stack">
            <PackageChoice packages={packages} chosen={draft.package} onChoose={(uid) => change({ package: uid })} />
            <Whom draft={draft} change={change} kept={kept} />
          </div>
        </Panel>
        <PhaseList whom="devices" phases={draft.phases} onChange={(phases) => change({ phases })} />
        <Panel title="When">
          <div className="stack">
            <When draft={draft} change={change} />
            <WindowFields
              windows={draft.windows}
              timeZone={draft.timeZone}
              onWindows={(windows) => change({ windows })}
              onTimeZone={(timeZone) => change({ timeZone })}
            />
          </div>
        </Panel>
        <Panel title="How fast, and what stops it">
          <PaceFields draft={draft} onChange={change} />
        </Panel>
      </div>
      <div className="stack beside">
        <Preview order={order}>
          <StartButton start={start} />
        </Preview>
      </div>
    </TwoSides>
  )
}

/** Pressed twice it starts one rollout: the key is the form's. */
function useStart(order: ReturnType<typeof orderOf>) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [key] = useState(() => crypto.randomUUID())
  return useMutation({
    mutationFn: () => client.startRollout(order, key),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['rollouts'] })
      await navigate({ to: '/rollouts/$id', params: { id: String(id) } })
    },
  })
}

interface Choice {
  packages: readonly PackageRecord[]
  chosen: string
  onChoose: (uid: string) => void
}

function PackageChoice({ packages, chosen, onChoose }: Choice) {
  return (
    <label>
      Package
      <select value={chosen} onChange={(event) => onChoose(event.target.value)}>
        {packages.map(({ uid, version, size }) => (
          <option key={uid} value={uid}>
            {version} ({bytesText(size)}, {uid.slice(0, 8)})
          </option>
        ))}
      </select>
    </label>
  )
}

function When({ draft, change }: { draft: RolloutDraft; change: (given: Partial<RolloutDraft>) => void }) {
  return (
    <div className="fields">
      <label>
        Not before (empty: at once)
        <input type="datetime-local" value={draft.when} onChange={(event) => change({ when: event.target.value })} />
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
  )
}
