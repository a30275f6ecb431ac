import { Link } from '@tanstack/react-router'
import type { DeviceCountQuery, DeviceRecord } from '@windlass/wire/operator'
import { useCallback, useState } from 'react'
import { statusMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { Bulk } from './bulk.tsx'
import { deviceName } from './wanted-text.ts'

interface Given {
  devices: readonly DeviceRecord[]
  more: (() => unknown) | undefined
  /** What the list was asked by, and how many devices that means. */
  asked: DeviceCountQuery
  count: number | undefined
}

/** The devices that were asked for, each to be looked at or picked. */
export function DeviceRows({ devices, more, asked, count }: Given) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback((id: string, on: boolean): void => {
    setPicked((before) => {
      const after = new Set(before)
      if (on) after.add(id)
      else after.delete(id)
      return after
    })
  }, [])
  return (
    <>
      {picked.size > 0 ? (
        <Bulk picked={picked} asked={asked} count={count} onDone={() => setPicked(new Set())} />
      ) : null}
      <Rows
        label="Devices"
        head={<Head all={devices} picked={picked} onPick={setPicked} />}
        list={devices}
        keyOf={({ id }) => id}
        row={(one) => <DeviceRow device={one} picked={picked.has(one.id)} onPick={toggle} />}
        more={more}
      />
    </>
  )
}

interface Heading {
  all: readonly DeviceRecord[]
  picked: ReadonlySet<string>
  onPick: (ids: ReadonlySet<string>) => void
}

function Head({ all, picked, onPick }: Heading) {
  const every = picked.size > 0 && picked.size >= all.length
  return (
    <div className="picked">
      <input
        type="checkbox"
        aria-label="Pick all devices that were read"
        checked={every}
        onChange={() => onPick(new Set(every ? [] : all.map(({ id }) => id)))}
      />
      <Columns className="device-row" names={['Device', 'Runs', 'Hardware', 'Labels', 'Status', 'Heard']} />
    </div>
  )
}

interface Row {
  device: DeviceRecord
  picked: boolean
  onPick: (id: string, on: boolean) => void
}

function DeviceRow({ device, picked, onPick }: Row) {
  const name = deviceName(device)
  const labels = Object.entries(device.labels).map(([key, value]) => (value ? `${key}=${value}` : key))
  return (
    <div className="picked">
      <input
        type="checkbox"
        aria-label={`Pick ${name}`}
        checked={picked}
        onChange={(event) => onPick(device.id, event.target.checked)}
      />
      <Link to="/devices/$id" params={{ id: device.id }} className="row device-row">
        <strong>{name}</strong>
        <span className="number">{device.version || 'none'}</span>
        <span className="aside">{device.hardware}</span>
        <span className="aside" title={labels.join(', ')}>
          {labels.join(', ')}
        </span>
        <Mark meaning={statusMeaning(device.status)}>{plainWord(device.status)}</Mark>
        <span className="aside end">
          <Moment at={device.lastSeen} />
        </span>
      </Link>
    </div>
  )
}
