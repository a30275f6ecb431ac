import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { UnitRolloutDetail } from '@windlass/wire/operator'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Paused } from '../plan/paused.tsx'
import { Phases } from '../plan/phases.tsx'
import { rolloutState } from '../rollouts/rollout-state.ts'
import { unitTargetText } from './target-text.ts'
import { UnitMembers } from './unit-members.tsx'
import { UnitRolloutActions } from './unit-rollout-actions.tsx'

/** One rollout of a release: how far it and each of its phases is, why it stands, and each unit of it. */
export function UnitRolloutPage({ id }: { id: number }) {
  const { client } = useFleet()
  const question = useQuery(ask.unitRollout(client, id))
  return <Answered of={question}>{(rollout) => <Known rollout={rollout} />}</Answered>
}

function Known({ rollout }: { rollout: UnitRolloutDetail }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const { id, release, to, counts, createdAt, paused, phases } = rollout
  const { meaning, text } = rolloutState(rollout, useNow())
  const approve = async (who: string): Promise<void> => {
    await client.approveUnitRollout(id, who)
    await queries.invalidateQueries({ queryKey: ['unit rollout', id] })
  }
  const lead = (
    <>
      <Mark meaning={meaning}>{text}</Mark>
      <span>
        <Link to="/releases">release {release.id}</Link> to {unitTargetText(to)}
      </span>
      <span>
        begun <Moment at={createdAt} />
      </span>
    </>
  )
  return (
    <Page
      title={`Rollout ${id} of a release: ${release.name}`}
      above={<Link to="/rollouts">Rollouts</Link>}
      lead={lead}
      actions={<UnitRolloutActions rollout={rollout} />}
    >
      <div className="stack">
        <Paused paused={paused} whom="unit" />
        <Panel
          title="How far it is"
          note={`${counts.updated.toLocaleString('en')} of ${countText(totalOf(counts), 'unit')}`}
        >
          <Proportion label="Units" shares={sharesOf(counts)} />
        </Panel>
        {phases.length > 1 ? <Phases rollout={rollout} one="unit" onApprove={approve} /> : null}
        <UnitMembers rollout={rollout} />
      </div>
    </Page>
  )
}
