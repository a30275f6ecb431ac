import type { Log } from '@windlass/platform'

const nothing = (): void => undefined

/** Says nothing. */
export const quietLog: Log = {
  error: nothing,
  warning: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  child: () => quietLog,
}
