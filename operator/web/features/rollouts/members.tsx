import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RolloutDetail, RolloutDevice } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { standingMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { deviceName } from '../devices/wanted-text.ts'

/** The devices of a rollout, and of each why it is not there yet. */
export function Members({ rollout }: { rollout: RolloutDetail }) {
  const { client } = useFleet()
  const question = useInfiniteQuery(ask.rolloutDevices(client, rollout.id))
  const more = question.hasNextPage && !question.isFetchingNextPage ? () => question.fetchNextPage() : undefined
  return (
    <section className="sheet" aria-label="Its devices, and why not">
      <header>
        <h2>Its devices, and why not</h2>
      </header>
      <Answered of={question}>
        {({ pages }) => {
          const devices = pages.flatMap((page) => page.devices)
          if (devices.length === 0)
            return <Empty title="No device of it is known yet">Devices of the product join as they ask.</Empty>
          return (
            <Rows
              label="Devices of the rollout"
              head={<Columns className="member-row" names={['Device', 'Runs', 'State', 'Why', '']} />}
              list={devices}
              keyOf={({ device }) => device}
              row={(device) => <Member member={device} rollout={rollout} />}
              more={more}
              height={{ wide: 40, narrow: 84 }}
            />
          )
        }}
      </Answered>
    </section>
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
        {deviceName({ id: member.device, identity: member.identity })}
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
