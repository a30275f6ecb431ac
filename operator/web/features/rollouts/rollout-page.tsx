import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RolledBack, RolloutDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment, Short } from '../../parts/moment.tsx'
import { Answered } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Paused } from '../plan/paused.tsx'
import { Phases } from '../plan/phases.tsx'
import { planFacts } from '../plan/plan-text.ts'
import { audienceText } from './audience-text.ts'
import { Members } from './members.tsx'
import { RollBackDone } from './roll-back.tsx'
import { RolloutActions } from './rollout-actions.tsx'
import { rolloutState } from './rollout-state.ts'

/** One rollout: how far it and each of its phases is, what it waits for, and for every device why it is not there. */
export function RolloutPage({ id }: { id: number }) {
  const { client } = useFleet()
  const question = useQuery(ask.rollout(client, id))
  return <Answered of={question}>{(rollout) => <Known rollout={rollout} />}</Answered>
}

function Known({ rollout }: { rollout: RolloutDetail }) {
  const { meaning, text } = rolloutState(rollout, useNow())
  const { client } = useFleet()
  const queries = useQueryClient()
  const [back, setBack] = useState<RolledBack | null>(null)
  const approve = async (who: string): Promise<void> => {
    await client.approveRollout(rollout.id, who)
    await queries.invalidateQueries({ queryKey: ['rollout', rollout.id] })
  }
  const total = totalOf(rollout.counts)
  const lead = (
    <>
      <Mark meaning={meaning}>{text}</Mark>
      <span>
        {audienceText(rollout.to)}, product <Short digest={rollout.product} />
      </span>
      <span>
        begun <Moment at={rollout.createdAt} />
      </span>
      {rollout.metered ? <span>over metered links, too</span> : null}
    </>
  )
  return (
    <Page
      title={`Rollout ${rollout.id}: version ${rollout.version}`}
      above={<Link to="/rollouts">Rollouts</Link>}
      lead={lead}
      actions={<RolloutActions rollout={rollout} onBack={setBack} />}
    >
      <div className="stack">
        <Paused paused={rollout.paused} whom="device" />
        {back ? <RollBackDone done={back} /> : null}
        <Panel
          title="How far it is"
          note={`${rollout.counts.updated.toLocaleString('en')} of ${countText(total, 'device')}`}
        >
          <Proportion label="Devices" shares={sharesOf(rollout.counts)} />
          <Facts rollout={rollout} />
        </Panel>
        {rollout.phases.length > 1 ? <Phases rollout={rollout} one="device" onApprove={approve} /> : null}
        <Members rollout={rollout} />
      </div>
    </Page>
  )
}

function Facts({ rollout: { plan } }: { rollout: RolloutDetail }) {
  const facts = planFacts(plan)
  if (facts.length === 0) return null
  return (
    <dl className="facts apart">
      {facts.map(({ name, text }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  )
}
