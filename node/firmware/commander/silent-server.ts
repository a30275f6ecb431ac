import type { Server } from '../update/ports.ts'

/** A device under a unit's command asks no server and reports to none: the unit speaks for it. */
export const silentServer: Server = {
  probe: async () => ({ kind: 'none' }),
  report: async () => {},
}
