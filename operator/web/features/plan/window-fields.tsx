import { isTimeZone, parseWindow, untilOpen } from '@windlass/model'
import { useNow } from '../../live/fleet.tsx'
import { secondsText } from '../../live/quantities.ts'
import { dayNames, everyDay, type WindowDraft, windowText } from './window-draft.ts'

interface Given {
  windows: readonly WindowDraft[]
  timeZone: string
  onWindows: (windows: readonly WindowDraft[]) => void
  onTimeZone: (zone: string) => void
}

/** When devices are offered it: days and hours of a time zone, and when that is next. */
export function WindowFields({ windows, timeZone, onWindows, onTimeZone }: Given) {
  const key = 1 + Math.max(0, ...windows.map((one) => one.key))
  return (
    <div className="stack">
      {windows.map((one, at) => (
        <OneWindow
          key={one.key}
          number={at + 1}
          draft={one}
          onChange={(fresh) => onWindows(windows.with(at, fresh))}
          onRemove={() => onWindows(windows.toSpliced(at, 1))}
        />
      ))}
      {windows.length > 0 ? (
        <div className="fields">
          <label>
            In the local time of
            <input
              list="time-zones"
              value={timeZone}
              aria-invalid={!isTimeZone(timeZone)}
              onChange={(event) => onTimeZone(event.target.value)}
            />
          </label>
          <datalist id="time-zones">
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
          <Next windows={windows} timeZone={timeZone} />
        </div>
      ) : (
        <p className="note">Devices are offered it at any time of the day.</p>
      )}
      <div>
        <button
          type="button"
          className="small"
          onClick={() => onWindows([...windows, { key, days: everyDay, from: '02:00', to: '04:00' }])}
        >
          Add a window
        </button>
      </div>
    </div>
  )
}

interface One {
  number: number
  draft: WindowDraft
  onChange: (draft: WindowDraft) => void
  onRemove: () => void
}

function OneWindow({ number, draft, onChange, onRemove }: One) {
  const { days, from, to } = draft
  const flip = (day: number): void =>
    onChange({ ...draft, days: days.includes(day) ? days.filter((one) => one !== day) : [...days, day] })
  return (
    <fieldset className="window-fields" aria-label={`Window ${number}`}>
      <span className="days">
        {dayNames.map((name, day) => (
          <button key={name} type="button" aria-pressed={days.includes(day)} onClick={() => flip(day)}>
            {name}
          </button>
        ))}
      </span>
      <label className="across">
        from
        <input
          type="time"
          required
          value={from}
          onChange={(event) => onChange({ ...draft, from: event.target.value })}
        />
      </label>
      <label className="across">
        to
        <input type="time" required value={to} onChange={(event) => onChange({ ...draft, to: event.target.value })} />
      </label>
      <button type="button" className="quiet" aria-label={`Remove window ${number}`} onClick={onRemove}>
        Remove
      </button>
    </fieldset>
  )
}

function Next({ windows, timeZone }: Pick<Given, 'windows' | 'timeZone'>) {
  const now = useNow(30_000)
  if (!isTimeZone(timeZone)) return <p className="said-failed">Expected a time zone such as Europe/Berlin.</p>
  const read = windows.map((one) => parseWindow(windowText(one))).filter((one) => one !== undefined)
  if (read.length < windows.length) return <p className="said-failed">Expected a day and two times in each.</p>
  const ms = untilOpen(read, timeZone, now)
  const there = new Date(now).toLocaleTimeString([], { timeZone, hour: '2-digit', minute: '2-digit' })
  return (
    <p className="note">
      It is {there} there:{' '}
      {ms === 0 ? 'open now.' : ms === null ? 'it never opens.' : `opens in ${secondsText(ms / 1000)}.`}
    </p>
  )
}
