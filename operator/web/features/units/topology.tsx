import type { UnitDetail } from '@windlass/wire/operator'
import { partMeaning } from '../../live/meaning.ts'
import { plainWord } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Empty } from '../../parts/nothing.tsx'

type Node = UnitDetail['nodes'][number]
type Instance = UnitDetail['instances'][number]

/** The unit as it stands: every node with its firmware, and the instances that run on it. */
export function Topology({ nodes, instances }: Pick<UnitDetail, 'nodes' | 'instances'>) {
  if (nodes.length === 0) return <Empty title="The unit has not said what it is made of" />
  const homeless = instances.filter(({ nodeId }) => !nodes.some((node) => node.nodeId === nodeId))
  return (
    <div className="topology">
      {nodes.map((node) => (
        <NodeCard key={node.nodeId} node={node} instances={instances.filter(({ nodeId }) => nodeId === node.nodeId)} />
      ))}
      {homeless.length > 0 ? (
        <article className="node" data-meaning="held">
          <header>
            <h3>Nowhere</h3>
            <Mark meaning="held">placed on no node</Mark>
          </header>
          <Instances list={homeless} />
        </article>
      ) : null}
    </div>
  )
}

function NodeCard({ node, instances }: { node: Node; instances: readonly Instance[] }) {
  const meaning = node.error ? 'failed' : node.connected ? partMeaning(node.state) : 'held'
  const firmware = instances.filter(({ type }) => type === 'component')
  const services = instances.filter(({ type }) => type === 'service')
  return (
    <article className="node" data-meaning={meaning} aria-label={`Node ${node.nodeId}`}>
      <header>
        <h3>{node.nodeId}</h3>
        <Mark meaning={meaning}>{node.connected ? plainWord(node.state) : 'not connected'}</Mark>
      </header>
      <p className="note">{[node.title, node.type, ...node.runtimes].filter(Boolean).join(' · ')}</p>
      {node.error ? <p className="reason">{node.error}</p> : null}
      <h4>Firmware</h4>
      {firmware.length > 0 ? <Instances list={firmware} /> : <p className="note">none said</p>}
      <h4>Services</h4>
      {services.length > 0 ? <Instances list={services} /> : <p className="note">none run here</p>}
    </article>
  )
}

function Instances({ list }: { list: readonly Instance[] }) {
  return (
    <ul className="plain instances">
      {list.map((one) => (
        <li key={`${one.itemId} ${one.subjectId} ${one.index}`} data-meaning={partMeaning(one.state)}>
          <span>
            <b>{one.itemId}</b> <span className="number">{one.version}</span>
            <span className="note">
              {' '}
              {one.type === 'service' ? `${one.subjectId} #${one.index}` : one.preinstalled ? 'came with it' : ''}
            </span>
            {one.error ? <span className="reason">{one.error}</span> : null}
          </span>
          <Mark meaning={partMeaning(one.state)}>{one.state}</Mark>
        </li>
      ))}
    </ul>
  )
}
