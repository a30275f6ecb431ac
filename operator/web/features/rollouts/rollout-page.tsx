import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RolloutDetail, RolloutDevice } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import { standingMeaning } from '../../live/meaning.ts'
import { countText, plainWord } from '../../live/quantities.ts'
import { sharesOf, totalOf } from '../../parts/counted.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment, Short } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { rolloutState } from './rollout-state.ts'

/** One rollout: how far it is, and for every device why it is not there. */
export function RolloutPage({ id }: { id: number }) {
  const { client } = useFleet()
  const question = useInfiniteQuery(ask.rollout(client, id))
  const more = question.hasNextPage && !question.isFetchingNextPage ? () => question.fetchNextPage() : undefined
  return (
    <Answered of={question}>
      {({ pages }) => {
        const [rollout] = pages
        return rollout ? <Known rollout={rollout} devices={pages.flatMap((page) => page.devices)} more={more} /> : null
      }}
    </Answered>
  )
}

interface Given {
  rollout: RolloutDetail
  devices: readonly RolloutDevice[]
  more: (() => unknown) | undefined
}

function Known({ rollout, devices, more }: Given) {
  const [aborting, setAborting] = useState(false)
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
      {rollout.paused ? <span>{rollout.paused.reason}</span> : null}
      {rollout.metered ? <span>over metered links, too</span> : null}
    </>
  )
  const abort = (
    <button type="button" className="danger" onClick={() => setAborting(true)}>
      Abort
    </button>
  )
  return (
    <Page
      title={`Rollout ${rollout.id}: version ${rollout.version}`}
      above={<Link to="/rollouts">Rollouts</Link>}
      lead={lead}
      actions={rollout.status === 'aborted' ? null : abort}
    >
      {aborting ? <Abort rollout={rollout} onClose={() => setAborting(false)} /> : null}
      <Panel
        title="How far it is"
        note={`${rollout.counts.updated.toLocaleString('en')} of ${countText(total, 'device')}`}
        wide
      >
        <Proportion label="Devices" shares={sharesOf(rollout.counts)} />
      </Panel>
      <section className="sheet fills" aria-label="Its devices, and why not">
        <header>
          <h2>Its devices, and why not</h2>
        </header>
        {devices.length === 0 ? (
          <Empty title="No device of it is known yet">Devices of the product join as they ask.</Empty>
        ) : (
          <Rows
            label="Devices of the rollout"
            head={<Columns className="member-row" names={['Device', 'Runs', 'State', 'Why', '']} />}
            list={devices}
            keyOf={({ device }) => device}
            row={(device) => <Member member={device} rollout={rollout} />}
            more={more}
            height={{ wide: 42, narrow: 96 }}
          />
        )}
      </section>
    </Page>
  )
}

function Member({ member, rollout }: { member: RolloutDevice; rollout: RolloutDetail }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const retry = useMutation({
    mutationFn: () => client.retry(member.device, rollout.package),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['rollout', rollout.id] }),
  })
  const mayRetry = rollout.status !== 'aborted' && (member.state === 'failed' || member.state === 'rolled_back')
  return (
    <div className="row member-row">
      <Link to="/devices/$id" params={{ id: member.device }}>
        <Short digest={member.device} />
      </Link>
      <span className="number">{member.version || 'none'}</span>
      <Mark meaning={standingMeaning[member.state]}>{plainWord(member.state)}</Mark>
      <span className="reason one-line" title={member.reason ?? ''}>
        {member.reason}
      </span>
      {mayRetry ? (
        <button type="button" className="small" onClick={() => retry.mutate()} disabled={retry.isPending}>
          {retry.error ? 'Refused; again?' : 'Try once more'}
        </button>
      ) : (
        <span />
      )}
    </div>
  )
}

function Abort({ rollout, onClose }: { rollout: RolloutDetail; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const abort = useMutation({
    mutationFn: () => client.abortRollout(rollout.id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['rollout', rollout.id] })
      onClose()
    },
  })
  return (
    <Dialog
      title={`Abort rollout ${rollout.id}?`}
      confirm="Abort it"
      danger
      busy={abort.isPending}
      error={abort.error}
      onConfirm={() => abort.mutate()}
      onClose={onClose}
    >
      <p>
        {countText(rollout.counts.pending, 'device')} that have not taken it up will not be offered it.{' '}
        {countText(rollout.counts.updating, 'device')} under way will finish. An aborted rollout does not go on again; a
        new one can be started.
      </p>
    </Dialog>
  )
}
