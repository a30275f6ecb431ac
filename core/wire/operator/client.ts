import { type DeviceCalls, deviceCalls } from './client/devices.ts'
import { follow, systemSleep } from './client/follow.ts'
import { type PackageCalls, packageCalls } from './client/packages.ts'
import { type PeopleCalls, peopleCalls } from './client/people.ts'
import { type ProjectCalls, projectCalls } from './client/projects.ts'
import { type RolloutCalls, rolloutCalls } from './client/rollouts.ts'
import { type OperatorClientOptions, sender, type Upload } from './client/send.ts'
import { type UnitGroupCalls, unitGroupCalls } from './client/unit-groups.ts'
import { type UnitRolloutCalls, unitRolloutCalls } from './client/unit-rollouts.ts'
import { type UnitCalls, unitCalls } from './client/units.ts'
import type { FleetEvent } from './event.ts'
import { operatorPaths } from './paths.ts'

export type { OperatorClientOptions, Upload }

/** The fleet's operator API. Every call throws OperatorError. */
export interface OperatorClient
  extends PackageCalls,
    DeviceCalls,
    RolloutCalls,
    UnitCalls,
    UnitGroupCalls,
    UnitRolloutCalls,
    PeopleCalls,
    ProjectCalls {
  /** Ends when the signal fires. Connects again by itself; each connection starts with a `connected` event. */
  events(signal: AbortSignal): AsyncIterable<FleetEvent>
}

export function operatorClient(options: OperatorClientOptions): OperatorClient {
  const send = sender(options)
  return {
    ...packageCalls(send),
    ...deviceCalls(send),
    ...rolloutCalls(send),
    ...unitCalls(send),
    ...unitGroupCalls(send),
    ...unitRolloutCalls(send),
    ...peopleCalls(send),
    ...projectCalls(send),
    events: (signal) => follow((s) => send(operatorPaths.events, { signal: s }), options.sleep ?? systemSleep, signal),
  }
}
