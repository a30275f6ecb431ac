import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UnitDetail, UnitEnv } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'

type Items = UnitEnv['items']

/** Environment variables that are overridden on the unit, and what it said of them. */
export function Env({ unit }: { unit: UnitDetail }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const question = useQuery(ask.env(client, unit.id))
  const [adding, setAdding] = useState(false)
  const set = useMutation({
    mutationFn: (items: Items) => client.setEnv(unit.id, { items }),
    onSuccess: (fresh) => {
      queries.setQueryData(ask.env(client, unit.id).queryKey, fresh)
      setAdding(false)
    },
  })
  const add = (
    <button type="button" className="small" onClick={() => setAdding(true)}>
      Override one
    </button>
  )
  return (
    <Panel title="Environment" note={add}>
      <Answered of={question}>
        {({ items, statuses }) => (
          <>
            {adding ? (
              <AddVariable
                unit={unit}
                busy={set.isPending}
                error={set.error}
                onAdd={(item) => set.mutate([...items, item])}
                onClose={() => setAdding(false)}
              />
            ) : null}
            {items.length === 0 ? (
              <Empty title="Nothing is overridden">Services have the variables of their images.</Empty>
            ) : (
              <Variables items={items} statuses={statuses} busy={set.isPending} onRemove={(left) => set.mutate(left)} />
            )}
          </>
        )}
      </Answered>
    </Panel>
  )
}

interface Listed extends UnitEnv {
  busy: boolean
  onRemove: (left: Items) => void
}

function Variables({ items, statuses, busy, onRemove }: Listed) {
  const errorOf = (name: string) => statuses?.find((one) => one.name === name && one.error !== null)?.error ?? null
  return (
    <ul className="plain">
      {items.flatMap((item, at) =>
        item.variables.map(({ name, value }) => (
          <li key={`${at} ${name}`} className="line-item">
            <span>
              <code>
                {name}={value}
              </code>
              <span className="reason">
                for {item.itemId ?? 'every service'}
                {errorOf(name) === null ? '' : `: ${errorOf(name)}`}
              </span>
            </span>
            <span className="actions">
              <Mark meaning={statuses === null ? 'waiting' : errorOf(name) === null ? 'done' : 'failed'}>
                {statuses === null ? 'not heard of' : errorOf(name) === null ? 'set' : 'refused'}
              </Mark>
              <button
                type="button"
                className="small"
                disabled={busy}
                onClick={() => onRemove(without(items, at, name))}
              >
                Remove
              </button>
            </span>
          </li>
        )),
      )}
    </ul>
  )
}

function without(items: Items, at: number, name: string): Items {
  return items
    .map((item, index) =>
      index === at ? { ...item, variables: item.variables.filter((one) => one.name !== name) } : item,
    )
    .filter(({ variables }) => variables.length > 0)
}

interface Adding {
  unit: UnitDetail
  busy: boolean
  error: unknown
  onAdd: (item: Items[number]) => void
  onClose: () => void
}

function AddVariable({ unit, busy, error, onAdd, onClose }: Adding) {
  const [itemId, setItemId] = useState('')
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const services = [...new Set(unit.instances.filter(({ type }) => type === 'service').map((one) => one.itemId))]
  return (
    <Dialog
      title="Override a variable"
      confirm="Override it"
      busy={busy}
      error={error}
      onConfirm={() => onAdd({ ...(itemId && { itemId }), variables: [{ name, value }] })}
      onClose={onClose}
    >
      <label>
        For
        <select value={itemId} onChange={(event) => setItemId(event.target.value)}>
          <option value="">every service</option>
          {services.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <div className="fields">
        <label>
          Name
          <input value={name} required maxLength={256} onChange={(event) => setName(event.target.value)} />
        </label>
        <label>
          Value
          <input value={value} maxLength={10_240} onChange={(event) => setValue(event.target.value)} />
        </label>
      </div>
    </Dialog>
  )
}
