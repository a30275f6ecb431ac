import type { UnitDetail } from '@windlass/wire/operator'
import { partMeaning, tally, unitMeaning } from '../../live/meaning.ts'
import { MachineDiagram } from '../../parts/machine-diagram.tsx'
import { Panel } from '../../parts/page.tsx'
import { Bar, type Share } from '../../parts/proportion.tsx'
import { passedTo, stateOfUnit, unitMachine } from './unit-machine.ts'

/** The update of the whole unit: where its state machine is, and how far each node is with its part. */
export function Transaction({ unit }: { unit: UnitDetail }) {
  const at = stateOfUnit(unit)
  return (
    <Panel title="Its update" note="drawn from the table; placed by what its items and instances do" wide>
      <MachineDiagram
        machine={unitMachine}
        label="The unit's update; as far as it said, it is in"
        at={at}
        meaning={at === 'pending' ? 'waiting' : unitMeaning[unit.standing]}
        passed={passedTo(at, unit.standing)}
      />
      <ul className="plain per-node" aria-label="How far each node is">
        {unit.nodes.map(({ nodeId }) => (
          <NodeLine key={nodeId} nodeId={nodeId} unit={unit} />
        ))}
      </ul>
    </Panel>
  )
}

function NodeLine({ nodeId, unit }: { nodeId: string; unit: UnitDetail }) {
  const parts = unit.instances.filter((one) => one.nodeId === nodeId)
  const counts = tally(parts, ({ state }) => partMeaning(state))
  const shares: Share[] = [
    { name: 'active', meaning: 'done', count: counts.done },
    { name: 'activating', meaning: 'running', count: counts.running },
    { name: 'inactive', meaning: 'held', count: counts.held },
    { name: 'failed', meaning: 'failed', count: counts.failed },
  ]
  const told = shares.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`)
  return (
    <li>
      <b>{nodeId}</b>
      <Bar label={`Parts of ${nodeId}`} shares={shares} />
      <span className="note number">{told.join(', ') || 'nothing runs yet'}</span>
    </li>
  )
}
