import { parseWindow, untilOpen } from '@windlass/model'

/** When the next window opens: in so many milliseconds, 0 while one is open, null when none does within a week; and in words. */
export interface Opening {
  ms: number | null
  text: string
}

export type Openings = (windows: readonly string[], zone: string, now: number) => Opening

export const openingOf: Openings = (windows, zone, now) => {
  if (windows.length === 0) return { ms: 0, text: 'always open' }
  const parsed = windows.flatMap((text) => parseWindow(text) ?? [])
  const ms = untilOpen(parsed, zone, now)
  if (ms === null) return { ms, text: 'no window opens within a week' }
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  return { ms, text: `its window opens ${local.format(now + ms)} (${zone})` }
}

/** The same, remembered for the rest of the minute: a window opens and closes with a minute, and looking takes 10 ms. */
export function rememberedOpenings(): Openings {
  const found = new Map<string, { minute: number; opensAt: number | null; text: string }>()
  return (windows, zone, now) => {
    if (windows.length === 0) return openingOf(windows, zone, now)
    const key = [zone, ...windows].join('\n')
    const minute = Math.floor(now / 60_000)
    const before = found.get(key)
    if (before?.minute === minute)
      return { ms: before.opensAt === null ? null : Math.max(0, before.opensAt - now), text: before.text }
    const { ms, text } = openingOf(windows, zone, now)
    found.set(key, { minute, opensAt: ms === null ? null : now + ms, text })
    return { ms, text }
  }
}
