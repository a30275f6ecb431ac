import { Link } from '@tanstack/react-router'
import type { DeviceRecord, UnitRecord } from '@windlass/wire/operator'
import { statusMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Empty } from '../../parts/nothing.tsx'
import { deviceName } from '../devices/wanted-text.ts'

const most = 6

interface Given {
  /** The first of them, and how many devices there are. */
  devices: readonly DeviceRecord[]
  count: number
  units: readonly UnitRecord[]
}

/** Who does not come on without somebody: failed and rolled-back devices, failed units. */
export function Attention({ devices: ill, count, units: failed }: Given) {
  if (ill.length + failed.length === 0) return <Empty title="Nobody">Failures and their reasons appear here.</Empty>
  return (
    <>
      <ul className="plain">
        {failed.slice(0, most).map((unit) => (
          <li key={unit.id} className="line-item">
            <span>
              <Link to="/units/$id" params={{ id: unit.id }}>
                {unit.id}
              </Link>
              <span className="reason">{unit.why}</span>
            </span>
            <Mark meaning="failed">failed</Mark>
          </li>
        ))}
        {ill.slice(0, most).map((device) => (
          <li key={device.id} className="line-item">
            <Link to="/devices/$id" params={{ id: device.id }}>
              {deviceName(device)}
            </Link>
            <Mark meaning={statusMeaning(device.status)}>{plainWord(device.status)}</Mark>
          </li>
        ))}
      </ul>
      {count > most ? (
        <p className="note">
          <Link to="/devices" search={{ query: 'status in (error, rolled_back)' }}>
            All {count.toLocaleString('en')} devices
          </Link>
        </p>
      ) : null}
    </>
  )
}
