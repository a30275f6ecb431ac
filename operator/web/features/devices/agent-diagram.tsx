import { useEffect, useRef } from 'react'
import { plainWord } from '../../live/quantities.ts'
import { type AgentState, agentStates, arrowsFrom } from './agent-state.ts'

const [cellWidth, cellHeight, boxWidth, boxHeight] = [152, 84, 118, 38]

const width = 6 * cellWidth

/** Where each state stands: column and row. The way of an update is the second row, left to right. */
export const stands: Readonly<Record<AgentState, readonly [number, number]>> = {
  park: [0, 0],
  direct_download: [1, 0],
  prepare_local_install: [2, 0],
  waiting: [3, 0],
  entry_point: [0, 1],
  probe: [1, 1],
  validation: [2, 1],
  staged: [3, 1],
  install: [4, 1],
  reboot: [5, 1],
  poll: [0, 2],
  download: [2, 2],
  error: [4, 3],
  trying: [5, 2],
  reverting: [5, 3],
}

/** The agent's machine, drawn from its table: where the device is, where it was, where it can go from there. */
export function AgentDiagram({ at, passed }: { at: AgentState; passed: ReadonlySet<AgentState> }) {
  const view = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { current } = view
    if (current) current.scrollLeft = (middle(at)[0] / width) * current.scrollWidth - current.clientWidth / 2
  }, [at])
  const ways = arrowsFrom(at).filter(({ to }) => to !== at)
  return (
    <div className="machine">
      <div className="machine-scroll" ref={view} role="region" aria-label="State machine" tabIndex={0}>
        <svg
          viewBox={`0 0 ${width} ${4 * cellHeight}`}
          role="img"
          aria-label={`The agent's states; this device is in ${plainWord(at)}`}
        >
          <defs>
            <marker
              id="tip"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto-start-reverse"
            >
              <path d="M0 0L8 4L0 8z" className="tip" />
            </marker>
          </defs>
          {agentStates.flatMap((from) =>
            arrowsFrom(from)
              .filter(({ to }) => to !== from)
              .map(({ to }) => <path key={`${from} ${to}`} className="arrow" d={way(from, to)} />),
          )}
          {ways.map(({ to }) => (
            <path key={to} className="arrow open" d={way(at, to)} markerEnd="url(#tip)" />
          ))}
          {agentStates.map((state) => (
            <StateBox key={state} state={state} kind={state === at ? 'here' : passed.has(state) ? 'passed' : 'plain'} />
          ))}
        </svg>
      </div>
      <div className="ways">
        <h3>
          From <b>{plainWord(at)}</b>
        </h3>
        <ul>
          {ways.map(({ to, on }) => (
            <li key={to}>
              <span>{on.map(plainWord).join(', ')}</span> → <b>{plainWord(to)}</b>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function StateBox({ state, kind }: { state: AgentState; kind: 'here' | 'passed' | 'plain' }) {
  const [x, y] = middle(state)
  const words = plainWord(state).replace('prepare local install', 'local install')
  return (
    <g className={`state ${kind}`}>
      <rect x={x - boxWidth / 2} y={y - boxHeight / 2} width={boxWidth} height={boxHeight} rx="8" />
      <text x={x} y={y + 5} textAnchor="middle">
        {words}
      </text>
    </g>
  )
}

/** From border to border, bent a little to the left of its way: so there and back are two lines. */
function way(from: AgentState, to: AgentState): string {
  const [a, b] = [middle(from), middle(to)]
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const bend = 0.14
  const turn: [number, number] = [(a[0] + b[0]) / 2 + dy * bend, (a[1] + b[1]) / 2 - dx * bend]
  const [start, end] = [border(a, turn), border(b, turn)]
  return `M${start.join(' ')}Q${turn.join(' ')} ${end.join(' ')}`
}

function border(box: readonly [number, number], towards: readonly [number, number]): [number, number] {
  const [dx, dy] = [towards[0] - box[0], towards[1] - box[1]]
  const reach = Math.min(boxWidth / 2 / Math.max(Math.abs(dx), 1), boxHeight / 2 / Math.max(Math.abs(dy), 1))
  return [Math.round(box[0] + dx * reach), Math.round(box[1] + dy * reach)]
}

function middle(state: AgentState): [number, number] {
  const [column, row] = stands[state]
  return [column * cellWidth + cellWidth / 2, row * cellHeight + cellHeight / 2]
}
