import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { UnitRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { unitMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { Search } from '../../parts/search.tsx'
import { unitShares } from './unit-shares.ts'

/** Every unit, and where it is on its way to its release. */
export function Units() {
  const { client } = useFleet()
  const [search, setSearch] = useState('')
  const question = useInfiniteQuery(ask.units(client, search))
  const lead = 'What each is to be, and whether it is there.'
  return (
    <Page title="Units" lead={lead} actions={<Search label="Search units" onSearch={setSearch} />}>
      <Answered of={question}>
        {({ pages }) => {
          const units = pages.flat()
          const more = question.hasNextPage && !question.isFetchingNextPage ? () => question.fetchNextPage() : undefined
          if (units.length === 0) return <NoUnits search={search} />
          return (
            <>
              <Panel title="Where they stand">
                <Proportion label="Units" shares={unitShares(units)} />
              </Panel>
              <section className="sheet fills" aria-label="List of units">
                <Rows
                  label="Units"
                  head={<Columns className="unit-row" names={['Unit', 'Release', 'Standing', 'Heard']} />}
                  list={units}
                  keyOf={({ id }) => id}
                  row={(unit) => <UnitRow unit={unit} />}
                  more={more}
                  height={{ wide: 54, narrow: 76 }}
                />
              </section>
            </>
          )
        }}
      </Answered>
    </Page>
  )
}

function UnitRow({ unit }: { unit: UnitRecord }) {
  return (
    <Link to="/units/$id" params={{ id: unit.id }} className="row unit-row">
      <span>
        <strong>{unit.id}</strong> <span className="aside">{unit.model}</span>
        {unit.why ? <span className="reason one-line">{unit.why}</span> : null}
      </span>
      <span className="aside">{unit.release?.name ?? 'no release'}</span>
      <Mark meaning={unitMeaning[unit.standing]}>{plainWord(unit.standing)}</Mark>
      <span className="aside end">
        {unit.connected ? <Mark meaning="done">online</Mark> : <Moment at={unit.lastSeen} />}
      </span>
    </Link>
  )
}

function NoUnits({ search }: { search: string }) {
  if (search) return <Empty title="No unit answers to that" />
  return (
    <Empty title="No unit has enrolled yet">
      <code>windlass units claim</code> gives a token with which one may enrol, once.
    </Empty>
  )
}
