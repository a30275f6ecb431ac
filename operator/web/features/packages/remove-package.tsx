import { useQueryClient } from '@tanstack/react-query'
import type { PackageRecord } from '@windlass/wire/operator'
import { useFleet } from '../../live/fleet.tsx'
import { Sure } from '../plan/steer.tsx'

/** Asks before a package is removed; one of a running rollout cannot be. */
export function RemovePackage({ kept, onClose }: { kept: PackageRecord; onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  return (
    <Sure
      title={`Remove version ${kept.version}?`}
      confirm="Remove it"
      run={async () => {
        await client.removePackage(kept.uid)
        await queries.invalidateQueries({ queryKey: ['packages'] })
      }}
      onClose={onClose}
    >
      <p>
        Its bytes are deleted. Devices that run it go on; none can be brought back to it until it is published again.
      </p>
    </Sure>
  )
}
