import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { About } from '@windlass/model'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { readQuery } from '../../parts/query-box.tsx'
import { CountedQuery } from './counted-query.tsx'
import { groupsKey } from './kinds.ts'

/** Of devices or of units: a query, and the name it gets. */
export function NewGroup() {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [about, setAbout] = useState<About>('device')
  const [query, setQuery] = useState('')
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: async () => {
      await (about === 'device' ? client.addGroup({ name, query }) : client.addUnitGroup({ name, query }))
    },
    onSuccess: async () => {
      setQuery('')
      setName('')
      await queries.invalidateQueries({ queryKey: groupsKey[about] })
    },
  })
  const kinds = (
    <span className="tabs" role="group" aria-label="Of what">
      {(['device', 'unit'] as const).map((kind) => (
        <button key={kind} type="button" aria-pressed={about === kind} onClick={() => setAbout(kind)}>
          of {kind}s
        </button>
      ))}
    </span>
  )
  return (
    <Panel title="A new group" note={kinds}>
      <form
        className="new-group"
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <CountedQuery about={about} text={query} onText={setQuery} />
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
        <button type="submit" className="main" disabled={add.isPending || readQuery(query, about).is !== 'query'}>
          Make it
        </button>
      </form>
      {add.error ? <Trouble error={add.error} /> : null}
    </Panel>
  )
}
