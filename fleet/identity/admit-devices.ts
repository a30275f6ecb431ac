import type { Clock, Log } from '@windlass/platform'
import { FleetError } from '../fleet-error.ts'
import { mostLabels } from '../groups/group.ts'
import type { Store } from '../store/store.ts'
import type { Events } from '../telemetry/events.ts'
import { readImport } from './import.ts'

export interface AdmittingPorts {
  store: Store
  clock: Clock
  events: Events
  log: Log
}

/**
 * Lets the devices of a table come, and labels those that came already; all of them, or none.
 * @throws FleetError `import_invalid`, with what is wrong line by line; `labels_too_many`
 */
export async function importDevices(ports: AdmittingPorts, text: string): Promise<{ devices: number; known: number }> {
  const { store, clock, events, log } = ports
  const read = readImport(text)
  if ('errors' in read) throw new FleetError('import_invalid', read.errors[0] ?? '', { errors: read.errors })
  const known = await store.approve(read.approvals, clock.now())
  if (known === 'too_many')
    throw new FleetError('labels_too_many', `expected at most ${mostLabels} labels on each device, got more on some`)
  log.info('devices imported', { devices: read.approvals.length, known })
  events.publish({ kind: 'labels', at: new Date(clock.now()).toISOString(), devices: known })
  return { devices: read.approvals.length, known }
}

/** @throws FleetError `device_unknown`, `device_decommissioned`, `device_in_service` */
export async function setInService(ports: AdmittingPorts, id: string, serves: boolean): Promise<void> {
  const { store, clock, events, log } = ports
  const outcome = await store.setInService(id, serves, clock.now())
  if (outcome === 'unknown') throw new FleetError('device_unknown', `expected a device of this fleet, got ${id}`)
  if (outcome === 'needless')
    throw serves
      ? new FleetError('device_in_service', `expected a device that was decommissioned, got ${id}`)
      : new FleetError('device_decommissioned', `expected a device in service, got ${id}`)
  const change = serves ? 'recommissioned' : 'decommissioned'
  log.info(`device ${change}`, { device: id })
  const device = (await store.known(id))?.device
  if (!device) return
  const { version, status } = device
  events.publish({ kind: 'device', at: new Date(clock.now()).toISOString(), device: id, change, version, status })
}
