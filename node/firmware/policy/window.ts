import { isTimeZone, parseWindow, type Window } from '@windlass/model'
import type { kinds } from '@windlass/platform'

/*
 * Windows as settings have them.
 */

export const window: kinds.Kind<Window> = {
  expected: 'a window such as "daily 02:00-04:30" or "sat,sun 22:00-02:00"',
  read: (value) => (typeof value === 'string' ? parseWindow(value) : undefined),
}

export const timeZone: kinds.Kind<string> = {
  expected: 'a time zone such as "Europe/Berlin" or "UTC"',
  read: (value) => (typeof value === 'string' && isTimeZone(value) ? value : undefined),
}
