import { useQueryClient } from '@tanstack/react-query'
import { useFleet } from '../../live/fleet.tsx'
import { Sure } from '../plan/steer.tsx'
import { type AnyGroup, groupsKey } from './kinds.ts'

/** Asks before a group's name is forgotten. */
export function RemoveGroup({ group: { about, name }, onClose }: { group: AnyGroup; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  return (
    <Sure
      title={`Remove group ${name}?`}
      confirm="Remove it"
      run={async () => {
        await (about === 'device' ? client.removeGroup(name) : client.removeUnitGroup(name))
        await queries.invalidateQueries({ queryKey: groupsKey[about] })
      }}
      onClose={onClose}
    >
      <p>The {about}s stay as they are; only the name goes. Rollouts keep what it meant when they started.</p>
    </Sure>
  )
}
