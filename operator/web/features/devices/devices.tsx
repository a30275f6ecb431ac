import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DeviceRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { statusMeaning, tally } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { Search } from '../../parts/search.tsx'
import { deviceShares } from './device-shares.ts'
import { deviceName } from './wanted-text.ts'

/** Every device, searched by the fleet and read page by page. */
export function Devices() {
  const { client } = useFleet()
  const [search, setSearch] = useState('')
  const question = useInfiniteQuery(ask.devices(client, search))
  const actions = <Search label="Search devices" onSearch={setSearch} />
  return (
    <Page title="Devices" lead="What each runs, as it last said itself." actions={actions}>
      <Answered of={question}>
        {({ pages }) => {
          const devices = pages.flatMap((page) => page.devices)
          const more = question.hasNextPage && !question.isFetchingNextPage ? () => question.fetchNextPage() : undefined
          if (devices.length === 0) return <NoDevices search={search} />
          return (
            <>
              <Panel title="Where they stand">
                <Proportion
                  label="Devices"
                  shares={deviceShares(tally(devices, ({ status }) => statusMeaning(status)))}
                />
              </Panel>
              <section className="sheet fills" aria-label="List of devices">
                <header>
                  <p className="note">
                    {devices.length.toLocaleString('en')} read
                    {question.hasNextPage ? ', more as you scroll' : ', that is all'}
                  </p>
                </header>
                <Rows
                  label="Devices"
                  head={<Columns className="device-row" names={['Device', 'Runs', 'Hardware', 'Status', 'Heard']} />}
                  list={devices}
                  keyOf={({ id }) => id}
                  row={(one) => <DeviceRow device={one} />}
                  more={more}
                />
              </section>
            </>
          )
        }}
      </Answered>
    </Page>
  )
}

function DeviceRow({ device }: { device: DeviceRecord }) {
  return (
    <Link to="/devices/$id" params={{ id: device.id }} className="row device-row">
      <strong>{deviceName(device)}</strong>
      <span className="number">{device.version || 'none'}</span>
      <span className="aside">{device.hardware}</span>
      <Mark meaning={statusMeaning(device.status)}>{plainWord(device.status)}</Mark>
      <span className="aside end">
        <Moment at={device.lastSeen} />
      </span>
    </Link>
  )
}

function NoDevices({ search }: { search: string }) {
  if (search)
    return <Empty title="No device answers to that">Search a piece of an id, serial, version or status.</Empty>
  return (
    <Empty title="No device has asked yet">
      Point an agent at this fleet's address: it appears here with its first probe. <code>windlass up</code> shows one.
    </Empty>
  )
}
