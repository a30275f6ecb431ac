import { useMutation, useQuery } from '@tanstack/react-query'
import type { LogOrder, UnitDetail } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Empty, Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { logText, type NodeLog, nodeLogs } from './log-text.ts'

const kinds = { system: 'of the system', instance: 'of an item', crash: 'of crashes' } as const

/** Asks the unit for a log and shows what comes, node by node. */
export function Logs({ unit }: { unit: UnitDetail }) {
  const { client } = useFleet()
  const asking = useMutation({ mutationFn: (order: LogOrder) => client.requestLog(unit.id, order) })
  const came = useQuery(ask.logs(client, unit.id, asking.data !== undefined))
  const logs = asking.data === undefined ? [] : nodeLogs(came.data?.parts ?? [], asking.data)
  const silent = came.data?.unanswered.find(({ request }) => request === asking.data)
  return (
    <Panel title="Log" note="asked of the unit itself">
      <LogForm unit={unit} busy={asking.isPending} onAsk={(order) => asking.mutate(order)} />
      {asking.error ? <Trouble error={asking.error} /> : null}
      <div role="status">
        {asking.data !== undefined && logs.length === 0 ? (
          <Empty title={silent?.error ?? 'The unit was asked; it has not answered yet'} />
        ) : null}
      </div>
      {logs.map((log) => (
        <NodeText key={`${asking.data} ${log.nodeId}`} log={log} />
      ))}
    </Panel>
  )
}

interface Form {
  unit: UnitDetail
  busy: boolean
  onAsk: (order: LogOrder) => void
}

function LogForm({ unit, busy, onAsk }: Form) {
  const [type, setType] = useState<keyof typeof kinds>('system')
  const [node, setNode] = useState('')
  const [item, setItem] = useState('')
  const items = [...new Set(unit.instances.filter((one) => one.type === 'service').map(({ itemId }) => itemId))]
  return (
    <form
      className="pickers"
      onSubmit={(event) => {
        event.preventDefault()
        const about = type === 'system' ? '' : item
        onAsk({ type, nodeIds: node ? [node] : [], ...(about && { itemId: about }) })
      }}
    >
      <label>
        Which
        <select value={type} onChange={(event) => setType(event.target.value as keyof typeof kinds)}>
          {Object.entries(kinds).map(([kind, words]) => (
            <option key={kind} value={kind}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <Choice
        label="Node"
        all="every node"
        list={unit.nodes.map(({ nodeId }) => nodeId)}
        value={node}
        onChange={setNode}
      />
      {type === 'system' ? null : <Choice label="Item" all="every item" list={items} value={item} onChange={setItem} />}
      <button type="submit" disabled={busy || !unit.connected} title={unit.connected ? '' : 'It is offline'}>
        Ask for it
      </button>
    </form>
  )
}

function Choice(given: {
  label: string
  all: string
  list: readonly string[]
  value: string
  onChange: (value: string) => void
}) {
  const { label, all, list, value, onChange } = given
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{all}</option>
        {list.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </label>
  )
}

function NodeText({ log: { nodeId, parts, missing } }: { log: NodeLog }) {
  const text = useQuery({
    queryKey: ['log text', parts[0]?.request, nodeId, parts.length],
    queryFn: () => logText(parts),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <section className="log" aria-label={`Log of ${nodeId}`}>
      <h3>
        {nodeId} {missing > 0 ? <span className="note">{countText(missing, 'part')} on the way</span> : null}
      </h3>
      {text.error ? <Trouble error={text.error} /> : <pre tabIndex={0}>{text.data?.trimEnd() || '(empty)'}</pre>}
    </section>
  )
}
