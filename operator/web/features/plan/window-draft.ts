/** A window as it stands in the form: days with Monday as 0, times as `02:00`. */
export interface WindowDraft {
  key: number
  days: readonly number[]
  from: string
  to: string
}

export const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const everyDay: readonly number[] = dayNames.map((_, day) => day)

/** As the fleet reads it: `daily 02:00-04:30`, `mon-fri 01:00-05:00`, `sat,sun 22:00-02:00`. */
export function windowText({ days, from, to }: Omit<WindowDraft, 'key'>): string {
  const on = days.length === 7 ? 'daily' : daysText(days.toSorted((a, b) => a - b))
  return `${on} ${from}-${to}`
}

function daysText(days: readonly number[]): string {
  const [first = 0] = days
  const inARow = days.length > 2 && days.every((day, at) => day === first + at)
  const names = days.map((day) => dayNames[day] ?? '')
  return inARow ? `${names[0]}-${names.at(-1)}` : names.join(',')
}
