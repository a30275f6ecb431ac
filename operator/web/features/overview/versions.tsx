import { Link } from '@tanstack/react-router'
import type { DeviceCounts } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'
import { Empty } from '../../parts/nothing.tsx'

const most = 7

/** Which versions run on how many devices, the most common first. Products that use the same word share a line. */
export function Versions({ counts }: { counts: DeviceCounts }) {
  const byName = new Map<string, number>()
  for (const { version, devices } of counts.byVersion) byName.set(version, (byName.get(version) ?? 0) + devices)
  const list = [...byName].sort((a, b) => b[1] - a[1])
  if (list.length === 0) return <Empty title="Nothing yet">A device says its version when it asks.</Empty>
  const rest = list.slice(most).reduce((sum, [, count]) => sum + count, 0)
  return (
    <>
      <ul className="plain bars">
        {list.slice(0, most).map(([version, count]) => (
          <li key={version}>
            <Link to="/devices" search={{ query: `version = ${JSON.stringify(version)}` }} className="number one-line">
              {version || 'no version'}
            </Link>
            <span className="track" aria-hidden="true">
              <span style={{ width: `${(100 * count) / counts.devices}%` }} />
            </span>
            <span className="number">{count.toLocaleString('en')}</span>
          </li>
        ))}
      </ul>
      {rest > 0 ? <p className="note">and {countText(rest, 'device')} with others</p> : null}
    </>
  )
}
