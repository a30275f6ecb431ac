/** When something is allowed: on these days of the week (0 is Sunday), from minute to minute of the day. */
export interface Window {
  days: readonly number[]
  fromMinute: number
  /** Smaller than `fromMinute` when it ends on the next day; the day counts by its beginning. */
  toMinute: number
}

const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const everyDay = [0, 1, 2, 3, 4, 5, 6]
const minutesOfDay = 1_440

/** Reads `daily 02:00-04:30`, `sat,sun 22:00-02:00` or `mon-fri 01:00-05:00`; undefined for anything else. */
export function parseWindow(text: string): Window | undefined {
  const [, dayText = '', ...digits] = /^([a-z,-]+)\s+(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text.trim().toLowerCase()) ?? []
  const [h1 = 24, m1 = 60, h2 = 24, m2 = 60] = digits.map(Number)
  const days = dayText === 'daily' ? everyDay : dayText.split(',').flatMap(parseDays)
  const inRange = h1 < 24 && m1 < 60 && h2 < 24 && m2 < 60
  if (!inRange || days.length === 0 || days.includes(-1)) return undefined
  return { days, fromMinute: h1 * 60 + m1, toMinute: h2 * 60 + m2 }
}

function parseDays(text: string): number[] {
  const [from, to = from] = text.split('-').map((name) => names.indexOf(name))
  if (from === undefined || to === undefined || from < 0 || to < 0) return [-1]
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, n) => (from + n) % 7)
}

/** Whether a moment, given as day of the week and minute of the day, lies in one of the windows. */
export function isOpen(windows: readonly Window[], day: number, minute: number): boolean {
  return windows.some(({ days, fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute
    const yesterday = (day + 6) % 7
    return (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute)
  })
}

/**
 * Milliseconds until a window opens, 0 while one is open, in the local time of `zone`; null when there is none to wait for.
 * Looked for minute by minute, so that the days on which clocks change are right without a rule of their own.
 */
export function untilOpen(windows: readonly Window[], zone: string, now: number): number | null {
  if (windows.length === 0) return 0
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  for (let minutes = 0; minutes <= 8 * minutesOfDay; minutes++) {
    const at = minutes === 0 ? now : now - (now % 60_000) + minutes * 60_000
    const { day, minute } = localTime(clock, at)
    if (isOpen(windows, day, minute)) return at - now
  }
  return null
}

function localTime(clock: Intl.DateTimeFormat, at: number): { day: number; minute: number } {
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  const day = names.indexOf((parts['weekday'] ?? '').toLowerCase())
  return { day, minute: (Number(parts['hour']) % 24) * 60 + Number(parts['minute']) }
}

/** Whether this is a name that the time zone database knows. */
export function isTimeZone(name: string): boolean {
  // The default is known: asking Intl for it would bring 5 MB of time zones into memory.
  if (name === 'UTC') return true
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
