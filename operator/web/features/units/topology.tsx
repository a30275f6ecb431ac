import type { UnitDetail, UnitMeasurement } from '@windlass/wire/operator'
import { partMeaning } from '../../live/meaning.ts'
import { bytesText, plainWord } from '../../live/quantities.ts'
import { Curve } from '../../parts/curve.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Empty } from '../../parts/nothing.tsx'
import { samplesOf } from './measured.ts'

type Node = UnitDetail['nodes'][number]
type Instance = UnitDetail['instances'][number]

interface Given extends Pick<UnitDetail, 'nodes' | 'instances'> {
  measured: readonly UnitMeasurement[]
}

/** The unit as it stands: every node with its load, its firmware, and the instances that run on it. */
export function Topology({ nodes, instances, measured }: Given) {
  if (nodes.length === 0) return <Empty title="The unit has not said what it is made of" />
  const homeless = instances.filter(({ nodeId }) => !nodes.some((node) => node.nodeId === nodeId))
  return (
    <div className="topology">
      {nodes.map((node) => (
        <NodeCard
          key={node.nodeId}
          node={node}
          instances={instances.filter(({ nodeId }) => nodeId === node.nodeId)}
          measured={measured}
        />
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

function NodeCard({ node, instances, measured }: Omit<Given, 'nodes'> & { node: Node }) {
  const meaning = node.error ? 'failed' : node.connected ? partMeaning(node.state) : 'held'
  const firmware = instances.filter(({ type }) => type === 'component')
  const services = instances.filter(({ type }) => type === 'service')
  return (
    <article className="node" data-meaning={meaning} aria-label={`Node ${node.nodeId}`}>
      <header>
        <h3>{node.nodeId}</h3>
        <Mark meaning={meaning}>{node.connected ? plainWord(node.state) : 'not connected'}</Mark>
      </header>
      <p className="note">{[node.title, node.type, ...new Set(node.runtimes)].filter(Boolean).join(' · ')}</p>
      {node.error ? <p className="reason">{node.error}</p> : null}
      <Load node={node} measured={measured} />
      <h4>Firmware</h4>
      {firmware.length > 0 ? <Instances list={firmware} /> : <p className="note">none said</p>}
      <h4>Services</h4>
      {services.length > 0 ? <Instances list={services} /> : <p className="note">none run here</p>}
    </article>
  )
}

function Load({ node, measured }: Pick<Given, 'measured'> & { node: Node }) {
  const samples = samplesOf(measured, node.nodeId)
  if (samples.length < 2) return null
  const speed = (value: number) => `${Math.round(value).toLocaleString('en')} DMIPS`
  const curve = (key: 'cpu' | 'ram') => samples.map((sample) => ({ timeMs: sample.timeMs, value: sample[key] }))
  return (
    <div className="meters">
      <Curve name="Processor" points={curve('cpu')} most={node.maxDmips} text={speed} />
      <Curve name="Memory" points={curve('ram')} most={node.totalRam} text={bytesText} />
    </div>
  )
}

function Instances({ list }: { list: readonly Instance[] }) {
  return (
    <ul className="plain parts">
      {list.map((one) => (
        <li key={`${one.itemId} ${one.subjectId} ${one.index}`}>
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
