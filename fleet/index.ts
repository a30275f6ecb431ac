export { StartError, type StartErrorCode } from './fleet-error.ts'
export { main } from './main.ts'
export { defaultSettings, type FleetSettings, readSettings } from './settings.ts'
export { type Fleet, type FleetPorts, startFleet } from './start-fleet.ts'
