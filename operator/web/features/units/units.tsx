import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { useSettled } from '../../live/settled.ts'
import { FilterTabs, type ListFilter } from '../../parts/filter-tabs.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { QueryBox, readQuery } from '../../parts/query-box.tsx'
import { Search } from '../../parts/search.tsx'
import { UnitRows } from './unit-rows.tsx'
import { unitParts, unitShares } from './unit-shares.ts'

interface Given {
  filter: ListFilter
  onFilter: (filter: ListFilter) => void
}

/** Every unit: how they stand altogether, then those asked for, each with where it is on its way to its release. */
export function Units({ filter, onFilter }: Given) {
  const { client } = useFleet()
  const [search, setSearch] = useState('')
  const isPart = unitParts.some(({ query }) => query === filter.query)
  const [asking, setAsking] = useState(filter.query !== undefined && !isPart)
  const counts = useQuery(ask.unitCounts(client))
  const choose = (name: string): void => {
    const query = unitParts.find((part) => part.name === name)?.query
    onFilter(query ? { query } : {})
  }
  const actions = (
    <>
      <Link to="/claims" className="button">
        Claims
      </Link>
      <button type="button" aria-expanded={asking} onClick={() => setAsking(!asking)}>
        Query
      </button>
      <Search label="Search units" onSearch={setSearch} />
    </>
  )
  const lead = counts.data
    ? `${countText(counts.data.units, 'unit')}: what each is to be, and whether it is there.`
    : null
  return (
    <Page title="Units" lead={lead} actions={actions}>
      <Answered of={counts}>
        {(known) =>
          known.units === 0 ? (
            <NoUnitYet />
          ) : (
            <>
              <Panel title="Where they stand">
                <Proportion label="Units" shares={unitShares(known)} onChoose={({ name }) => choose(name)} />
              </Panel>
              <Found filter={filter} onFilter={onFilter} search={search} asking={asking} />
            </>
          )
        }
      </Answered>
    </Page>
  )
}

function Found({ filter, onFilter, search, asking }: Given & { search: string; asking: boolean }) {
  const { client } = useFleet()
  const typed = useSettled(filter.query ?? '')
  const read = readQuery(typed, 'unit')
  const asked = {
    ...(search && { search }),
    ...(read.is === 'query' && { query: typed }),
    ...(filter.group && { group: filter.group }),
  }
  const list = useInfiniteQuery(ask.units(client, asked))
  const count = useQuery(ask.countUnits(client, asked))
  const onText = (query: string): void => onFilter({ ...filter, query })
  return (
    <section className="sheet fills" aria-label="List of units">
      <header>
        <FilterTabs label="Which units" parts={unitParts} filter={filter} onFilter={onFilter} />
        <p className="note" role="status">
          {count.data === undefined ? '' : countText(count.data, 'unit')}
        </p>
      </header>
      {asking ? (
        <div className="sheet-part">
          <QueryBox label="Query" about="unit" text={filter.query ?? ''} onText={onText} count={count.data} />
        </div>
      ) : null}
      <Answered of={list}>
        {({ pages }) => {
          const units = pages.flatMap(({ units }) => units)
          const more = list.hasNextPage && !list.isFetchingNextPage ? () => list.fetchNextPage() : undefined
          if (units.length > 0) return <UnitRows units={units} more={more} asked={asked} count={count.data} />
          return <Empty title="No unit answers to that">Search a piece of an id or a model.</Empty>
        }}
      </Answered>
    </section>
  )
}

function NoUnitYet() {
  return (
    <Empty title="No unit has enrolled yet" icon="units">
      Make a <Link to="/claims">claim</Link>: its token goes into the unit's settings, and with its first word the unit
      appears here.
    </Empty>
  )
}
