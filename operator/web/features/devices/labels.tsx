import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DeviceDetail, LabelChange } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Empty, Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'

/** What operators wrote on this device: a word is put on or taken off in place. */
export function Labels({ device }: { device: DeviceDetail }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const change = useMutation({
    mutationFn: (what: LabelChange) => client.labelDevice(device.id, what),
    onSuccess: (fresh) => {
      queries.setQueryData(ask.device(client, device.id).queryKey, fresh)
      setText('')
    },
  })
  const labels = Object.entries(device.labels)
  return (
    <Panel title="Labels">
      {labels.length === 0 ? <Empty title="None yet">Groups are made of labels.</Empty> : null}
      <ul className="plain chips">
        {labels.map(([key, value]) => (
          <li key={key}>
            <code>{value ? `${key}=${value}` : key}</code>
            <button
              type="button"
              className="quiet"
              aria-label={`Take ${key} off`}
              onClick={() => change.mutate({ remove: [key] })}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <form
        className="pickers"
        onSubmit={(event) => {
          event.preventDefault()
          const [key = '', ...value] = text.split('=')
          change.mutate({ set: { [key.trim()]: value.join('=').trim() } })
        }}
      >
        <label>
          Another one
          <input value={text} required placeholder="site=Oslo" onChange={(event) => setText(event.target.value)} />
        </label>
        <button type="submit" disabled={change.isPending}>
          Put it on
        </button>
      </form>
      {change.error ? <Trouble error={change.error} /> : null}
    </Panel>
  )
}
