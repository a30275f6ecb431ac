import type { DeviceRecord } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'
import { Empty } from '../../parts/nothing.tsx'

const most = 6

/** Which versions run on how many devices, the most common first. */
export function Versions({ devices }: { devices: readonly DeviceRecord[] }) {
  const counts = Map.groupBy(devices, ({ version }) => version || 'no version')
  const list = [...counts].map(([name, { length }]) => ({ name, count: length })).sort((a, b) => b.count - a.count)
  if (list.length === 0) return <Empty title="Nothing yet">A device says its version when it asks.</Empty>
  const rest = list.slice(most).reduce((sum, { count }) => sum + count, 0)
  return (
    <>
      <ul className="plain bars">
        {list.slice(0, most).map(({ name, count }) => (
          <li key={name}>
            <b className="number one-line">{name}</b>
            <span className="track" aria-hidden="true">
              <span style={{ width: `${(100 * count) / devices.length}%` }} />
            </span>
            <span className="number">{count.toLocaleString('en')}</span>
          </li>
        ))}
      </ul>
      {rest > 0 ? <p className="note">and {countText(rest, 'device')} with others</p> : null}
    </>
  )
}
