import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { UnitRecord, UnitRolloutDetail, UnitRolloutMember } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { standingMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'

/** The units of a rollout: how far each is, why, and what it was to run before. */
export function UnitMembers({ rollout }: { rollout: UnitRolloutDetail }) {
  const { client } = useFleet()
  const question = useInfiniteQuery(ask.unitRolloutUnits(client, rollout.id))
  const known = useQuery(ask.unitsNotThere(client))
  const byId = new Map(known.data?.map((unit) => [unit.id, unit]))
  const more = question.hasNextPage && !question.isFetchingNextPage ? () => question.fetchNextPage() : undefined
  return (
    <section className="sheet" aria-label="Its units">
      <header>
        <h2>Its units</h2>
      </header>
      <Answered of={question}>
        {({ pages }) => {
          const units = pages.flatMap((page) => page.units)
          if (units.length === 0) return <Empty title="No unit of it yet">Units that enrol later join it.</Empty>
          return (
            <Rows
              label="Units of the rollout"
              head={<Columns className="unit-member-row" names={['Unit', 'State', 'Why', 'Before', 'Ordered']} />}
              list={units}
              keyOf={({ unit }) => unit}
              row={(member) => <Member member={member} known={byId.get(member.unit)} rollout={rollout} />}
              more={more}
              height={{ wide: 40, narrow: 84 }}
            />
          )
        }}
      </Answered>
    </section>
  )
}

interface Given {
  member: UnitRolloutMember
  known: UnitRecord | undefined
  rollout: UnitRolloutDetail
}

function Member({ member: { unit, state, phase, orderedAt, previous }, known, rollout }: Given) {
  return (
    <div className="row unit-member-row">
      <Link to="/units/$id" params={{ id: unit }}>
        {unit}
      </Link>
      <Mark meaning={standingMeaning[state]}>{plainWord(state)}</Mark>
      <span className="reason one-line">{whyText(state, phase, rollout, known)}</span>
      <span className="aside">{previous === null ? '' : `release ${previous}`}</span>
      <span className="aside end">{orderedAt ? <Moment at={orderedAt} /> : ''}</span>
    </div>
  )
}

function whyText(
  state: UnitRolloutMember['state'],
  phase: number,
  rollout: UnitRolloutDetail,
  known: UnitRecord | undefined,
): string {
  if (state === 'pending') {
    if (rollout.status === 'aborted') return 'the rollout is aborted'
    return phase > rollout.phase ? `phase ${phase}, to which it belongs, is not open` : 'it is ordered next'
  }
  if (known && !known.connected && state === 'updating') return 'it is offline, and hears of it when it is back'
  return state === 'updated' ? '' : (known?.why ?? '')
}
