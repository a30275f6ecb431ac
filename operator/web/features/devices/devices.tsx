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
import { DeviceRows } from './device-rows.tsx'
import { deviceParts, deviceShares } from './device-shares.ts'
import { ImportDevices } from './import-devices.tsx'

interface Given {
  filter: ListFilter
  onFilter: (filter: ListFilter) => void
}

/** Every device: how they stand altogether (for who may count them all), then those asked for, read page by page. */
export function Devices({ filter, onFilter }: Given) {
  const { client } = useFleet()
  const [search, setSearch] = useState('')
  const isPart = deviceParts.some(({ query }) => query === filter.query)
  const [asking, setAsking] = useState(filter.query !== undefined && !isPart)
  const [importing, setImporting] = useState(false)
  const counts = useQuery(ask.deviceCounts(client))
  const choose = (name: string): void => {
    const query = deviceParts.find((part) => part.name === name)?.query
    onFilter(query ? { query } : {})
  }
  const actions = (
    <>
      <button type="button" onClick={() => setImporting(true)}>
        Import
      </button>
      <button type="button" aria-expanded={asking} onClick={() => setAsking(!asking)}>
        Query
      </button>
      <Search label="Search devices" onSearch={setSearch} />
    </>
  )
  const lead = counts.data ? `${countText(counts.data.devices, 'device')}, as each last said itself.` : null
  return (
    <Page title="Devices" lead={lead} actions={actions}>
      {importing ? <ImportDevices onClose={() => setImporting(false)} /> : null}
      {counts.data?.devices === 0 ? (
        <NoDeviceYet />
      ) : (
        <>
          {counts.data ? (
            <Panel title="Where they stand">
              <Proportion label="Devices" shares={deviceShares(counts.data)} onChoose={({ name }) => choose(name)} />
            </Panel>
          ) : null}
          <Found filter={filter} onFilter={onFilter} search={search} asking={asking} />
        </>
      )}
    </Page>
  )
}

function Found({ filter, onFilter, search, asking }: Given & { search: string; asking: boolean }) {
  const { client } = useFleet()
  const typed = useSettled(filter.query ?? '')
  const read = readQuery(typed)
  const asked = {
    ...(search && { search }),
    ...(read.is === 'query' && { query: typed }),
    ...(filter.group && { group: filter.group }),
  }
  const list = useInfiniteQuery(ask.devices(client, asked))
  const count = useQuery(ask.countDevices(client, asked))
  const onText = (query: string): void => onFilter({ ...filter, query })
  return (
    <section className="sheet fills" aria-label="List of devices">
      <header>
        <FilterTabs label="Which devices" parts={deviceParts} filter={filter} onFilter={onFilter} />
        <p className="note" role="status">
          {count.data === undefined ? '' : countText(count.data, 'device')}
        </p>
      </header>
      {asking ? (
        <div className="sheet-part">
          <QueryBox label="Query" text={filter.query ?? ''} onText={onText} count={count.data} />
        </div>
      ) : null}
      <Answered of={list}>
        {({ pages }) => {
          const devices = pages.flatMap((page) => page.devices)
          const more = list.hasNextPage && !list.isFetchingNextPage ? () => list.fetchNextPage() : undefined
          if (devices.length > 0) return <DeviceRows devices={devices} more={more} asked={asked} count={count.data} />
          return (
            <Empty title="No device answers to that">
              Search the beginning of an id, or a piece of a serial, version or status.
            </Empty>
          )
        }}
      </Answered>
    </section>
  )
}

function NoDeviceYet() {
  return (
    <Empty title="No device has asked yet" icon="devices">
      Point an agent at this fleet's address: it appears here with its first probe. <code>windlass up</code> shows one.
      Then <Link to="/packages">publish a package</Link>.
    </Empty>
  )
}
