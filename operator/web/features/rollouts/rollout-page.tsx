import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RolloutDetail } from '@windlass/wire/operator'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment, Short } from '../../parts/moment.tsx'
import { Answered } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Members } from './members.tsx'
import { Phases } from './phases.tsx'
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
  const total = totalOf(rollout.counts)
  const lead = (
    <>
      <Mark meaning={meaning}>{text}</Mark>
      <span>
        {'product' in rollout.to
          ? 'every device of product '
          : `${countText(rollout.to.devices.length, 'named device')} of `}
        <Short digest={rollout.product} />
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
      actions={<RolloutActions rollout={rollout} />}
    >
      <Paused rollout={rollout} />
      <div className="stack">
        <Panel
          title="How far it is"
          note={`${rollout.counts.updated.toLocaleString('en')} of ${countText(total, 'device')}`}
        >
          <Proportion label="Devices" shares={sharesOf(rollout.counts)} />
        </Panel>
        {rollout.phases.length > 1 ? <Phases rollout={rollout} /> : null}
        <Members rollout={rollout} />
      </div>
    </Page>
  )
}

function Paused({ rollout: { paused } }: { rollout: RolloutDetail }) {
  if (!paused) return null
  return (
    <section className="panel why" data-meaning="held" aria-label="Why it is paused">
      <p className="why-text">
        <Mark meaning="held" long>
          {paused.reason || 'Paused without a reason.'}
        </Mark>
      </p>
      <p className="note">
        {paused.by === 'failure_limit' ? 'It paused itself' : 'Somebody paused it'} <Moment at={paused.at} />. No device
        is offered it until it is resumed; those under way finish.
      </p>
    </section>
  )
}
