import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DeviceDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Trouble } from '../../parts/nothing.tsx'
import { deviceName } from './wanted-text.ts'

/** Takes the device out of service, and back. */
export function Service({ device }: { device: DeviceDetail }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const out = device.status === 'decommissioned'
  const change = useMutation({
    mutationFn: () => (out ? client.recommission(device.id) : client.decommission(device.id)),
    onSuccess: (fresh) => {
      queries.setQueryData(ask.device(client, device.id).queryKey, fresh)
      setAsking(false)
    },
  })
  if (out)
    return (
      <>
        {change.error ? <Trouble error={change.error} /> : null}
        <button type="button" className="main" onClick={() => change.mutate()} disabled={change.isPending}>
          Take back into service
        </button>
      </>
    )
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Take out of service
      </button>
      {asking ? (
        <Dialog
          title={`Take ${deviceName(device)} out of service?`}
          confirm="Take it out"
          danger
          busy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>It is answered no more and belongs to no rollout. What is known of it stays, and it can be taken back.</p>
        </Dialog>
      ) : null}
    </>
  )
}
