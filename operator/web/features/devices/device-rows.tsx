import { Link } from '@tanstack/react-router'
import type { DeviceCountQuery, DeviceRecord } from '@windlass/wire/operator'
import { statusMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { PickAll, Pickable, type Picking, usePicking } from '../../parts/picking.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { labelLine } from '../labelling/label-text.ts'
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
  const picking = usePicking()
  const head = (
    <PickAll ids={devices.map(({ id }) => id)} many="devices" picking={picking}>
      <Columns className="device-row" names={['Device', 'Runs', 'Hardware', 'Labels', 'Status', 'Heard']} />
    </PickAll>
  )
  return (
    <>
      {picking.picked.size > 0 ? (
        <Bulk picked={picking.picked} asked={asked} count={count} onDone={() => picking.pick([])} />
      ) : null}
      <Rows
        label="Devices"
        head={head}
        list={devices}
        keyOf={({ id }) => id}
        row={(one) => <DeviceRow device={one} picking={picking} />}
        more={more}
      />
    </>
  )
}

function DeviceRow({ device, picking }: { device: DeviceRecord; picking: Picking }) {
  const name = deviceName(device)
  const labels = labelLine(device.labels)
  return (
    <Pickable id={device.id} name={name} picking={picking}>
      <Link to="/devices/$id" params={{ id: device.id }} className="row device-row">
        <strong>{name}</strong>
        <span className="number">{device.version || 'none'}</span>
        <span className="aside">{device.hardware}</span>
        <span className="aside" title={labels}>
          {labels}
        </span>
        <Mark meaning={statusMeaning(device.status)}>{plainWord(device.status)}</Mark>
        <span className="aside end">
          <Moment at={device.lastSeen} />
        </span>
      </Link>
    </Pickable>
  )
}
