import { useMutation } from '@tanstack/react-query'
import { type NewWebhookRecord, type WebhookKind, webhookKind } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { plainWord } from '../../live/quantities.ts'
import { Dialog } from '../../parts/dialog.tsx'

interface Given {
  onClose: () => void
  onAdded: (made: NewWebhookRecord) => Promise<void>
}

/** Which address is told, and of what. */
export function AddWebhook({ onClose, onAdded }: Given) {
  const { client } = useFleet()
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<readonly WebhookKind[]>(['rollout', 'unit_rollout', 'attempt'])
  const flip = (kind: WebhookKind): void =>
    setEvents(events.includes(kind) ? events.filter((one) => one !== kind) : [...events, kind])
  const add = useMutation({
    mutationFn: () => client.addWebhook({ url, events: [...events] }),
    onSuccess: onAdded,
  })
  return (
    <Dialog
      title="Add a webhook"
      confirm="Add it"
      busy={add.isPending || events.length === 0}
      error={add.error}
      onConfirm={() => add.mutate()}
      onClose={onClose}
    >
      <label>
        Address
        <input
          type="url"
          required
          maxLength={2000}
          value={url}
          placeholder="https://chat.example/hooks/fleet"
          onChange={(event) => setUrl(event.target.value.trim())}
        />
      </label>
      <fieldset>
        <legend>Is told of</legend>
        <div className="kinds">
          {webhookKind.options.map((kind) => (
            <label key={kind} className="choice">
              <input type="checkbox" checked={events.includes(kind)} onChange={() => flip(kind)} />
              {plainWord(kind)}
            </label>
          ))}
        </div>
      </fieldset>
      <p className="note">Addresses of this machine and its networks are not reached, unless the settings allow it.</p>
    </Dialog>
  )
}
