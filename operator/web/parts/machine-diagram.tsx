import { useEffect, useRef, useState } from 'react'
import type { Meaning } from '../live/meaning.ts'
import { plainWord } from '../live/quantities.ts'
import type { Arrow, Machine } from './machine.ts'

interface Given<S extends string> {
  machine: Machine<S>
  /** Whose machine: `The agent's states; this device is in`. */
  label: string
  at: S
  meaning: Meaning
  passed: ReadonlySet<S>
}

const [cellWidth, cellHeight, boxWidth, boxHeight] = [142, 66, 116, 34]

/** A state machine, drawn from its table: where it is, where it was, where it can go; pointed at, the same of any state. */
export function MachineDiagram<S extends string>({ machine, label, at, meaning, passed }: Given<S>) {
  const [looked, setLooked] = useState<S | null>(null)
  const view = useRef<HTMLDivElement>(null)
  const { states, stands, arrowsFrom } = machine
  const middle = middleOf(stands)
  const columns = 1 + Math.max(...states.map((state) => stands[state][0]))
  const rows = 1 + Math.max(...states.map((state) => stands[state][1]))
  const width = columns * cellWidth
  useEffect(() => {
    const { current } = view
    if (current) current.scrollLeft = (middle(at)[0] / width) * current.scrollWidth - current.clientWidth / 2
  }, [at, width])
  const from = looked ?? at
  const ways = arrowsFrom(from).filter(({ to }) => to !== from)
  const kindOf = (state: S) => (state === at ? 'here' : passed.has(state) ? 'passed' : 'plain')
  return (
    <div className="machine" data-meaning={meaning}>
      <div className="machine-scroll" ref={view} role="region" aria-label="State machine" tabIndex={0}>
        <svg
          viewBox={`0 0 ${width} ${rows * cellHeight}`}
          style={{ maxWidth: width * 1.12, minWidth: width * 0.84 }}
          role="img"
          aria-label={`${label} ${plainWord(at)}`}
        >
          <Tips />
          {states.flatMap((state) =>
            arrowsFrom(state)
              .filter(({ to }) => near(stands[state], stands[to]))
              .map(({ to }) => <path key={`${state} ${to}`} className="arrow" d={way(middle(state), middle(to))} />),
          )}
          {ways.map(({ to }) => (
            <path key={to} className="arrow open" d={way(middle(from), middle(to))} markerEnd="url(#tip)" />
          ))}
          {states.map((state) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the list beside it says the same to the keyboard
            <g
              key={state}
              className={`state ${kindOf(state)}`}
              data-looked={state === looked}
              onPointerEnter={() => setLooked(state)}
              onPointerLeave={() => setLooked(null)}
            >
              <Box middle={middle(state)} words={shortWord(state)} />
            </g>
          ))}
        </svg>
      </div>
      <Ways from={from} ways={ways} />
    </div>
  )
}

function Ways<S extends string>({ from, ways }: { from: S; ways: readonly Arrow<S>[] }) {
  return (
    <div className="ways">
      <h3>
        From <b>{plainWord(from)}</b>
      </h3>
      <dl>
        {ways.map(({ to, on }) => (
          <div key={to}>
            <dt>{on.map(plainWord).join(', ')}</dt>
            <dd>→ {plainWord(to)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Tips() {
  return (
    <defs>
      <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
        <path d="M0 0L8 4L0 8z" className="tip" />
      </marker>
    </defs>
  )
}

function Box({ middle: [x, y], words }: { middle: readonly [number, number]; words: string }) {
  return (
    <>
      <rect x={x - boxWidth / 2} y={y - boxHeight / 2} width={boxWidth} height={boxHeight} rx="7" />
      <text x={x} y={y + 4.5} textAnchor="middle">
        {words}
      </text>
    </>
  )
}

function shortWord(state: string): string {
  return plainWord(state).replace('prepare local install', 'local install')
}

/** Long arrows everywhere would hide the short ones: they show when their state is pointed at. */
function near(a: readonly [number, number], b: readonly [number, number]): boolean {
  const [dx, dy] = [Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])]
  return dx + dy > 0 && dx + dy <= 1
}

/** From border to border, bent a little to the left of its way: so there and back are two lines. */
function way(a: readonly [number, number], b: readonly [number, number]): string {
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

function middleOf<S extends string>(stands: Machine<S>['stands']) {
  return (state: S): [number, number] => {
    const [column, row] = stands[state]
    return [column * cellWidth + cellWidth / 2, row * cellHeight + cellHeight / 2]
  }
}
