import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { useSettled } from '../../live/settled.ts'
import { Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { QueryBox, readQuery } from '../../parts/query-box.tsx'

/** A query with the devices it means counted while it is written, and the name it gets. */
export function NewGroup() {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [name, setName] = useState('')
  const settled = useSettled(text)
  const readable = readQuery(settled).is === 'query'
  const count = useQuery({ ...ask.countDevices(client, { query: settled }), enabled: readable })
  const add = useMutation({
    mutationFn: () => client.addGroup({ name, query: text }),
    onSuccess: async () => {
      setText('')
      setName('')
      await queries.invalidateQueries({ queryKey: ['groups'] })
    },
  })
  return (
    <Panel title="A new group">
      <form
        className="new-group"
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <QueryBox
          label="Devices for which this is true"
          text={text}
          onText={setText}
          count={readable ? count.data : undefined}
        />
        <label>
          Name
          <input
            value={name}
            required
            pattern="[a-z0-9]([a-z0-9._\-]*[a-z0-9])?"
            title="lower-case letters, digits and . _ - between them"
            maxLength={63}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <button type="submit" className="main" disabled={add.isPending || readQuery(text).is !== 'query'}>
          Make it
        </button>
      </form>
      {add.error ? <Trouble error={add.error} /> : null}
    </Panel>
  )
}
