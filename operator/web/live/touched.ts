import type { FleetEvent } from '@windlass/wire/operator'

/** The first words of query keys: what the fleet was asked for. */
export type Asked =
  | 'devices'
  | 'device'
  | 'history'
  | 'packages'
  | 'rollouts'
  | 'rollout'
  | 'units'
  | 'unit'
  | 'unit rollouts'
  | 'unit rollout'
  | 'groups'
  | 'unit groups'
export type Touched = readonly [] | readonly [Asked] | readonly [Asked, string | number]

/** What has to be asked again after an event; `[]` is everything. Lists are counted anew, details by their id. */
export function touchedBy(event: FleetEvent): readonly Touched[] {
  switch (event.kind) {
    case 'connected':
      return [[]]
    case 'package':
      return [['packages']]
    case 'rollout':
      return [['rollouts'], ['rollout', event.rollout], ['device']]
    case 'unit_rollout':
      return [['unit rollouts'], ['unit rollout', event.rollout], ['units'], ['unit']]
    case 'unit_group':
      return [['unit groups']]
    case 'unit_labels':
      return [['units'], ['unit'], ['unit groups'], ['unit rollouts'], ['unit rollout']]
    case 'device':
    case 'report':
    case 'attempt':
      return [['devices'], ['device', event.device], ['history', event.device], ['rollouts'], ['rollout']]
    case 'group':
      return [['groups']]
    case 'labels':
      return [['devices'], ['device'], ['groups'], ['rollouts'], ['rollout']]
    case 'unit':
      return [['units'], ['unit', event.unit], ['unit rollouts'], ['unit rollout']]
  }
}
