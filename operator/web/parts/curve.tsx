import { secondsText } from '../live/quantities.ts'

const [width, height] = [240, 44]

export interface Point {
  timeMs: number
  value: number
}

/** A value over time as a small curve, with its last value in words. `most`: what fills the height; 0: the highest seen. */
export function Curve(given: {
  name: string
  points: readonly Point[]
  most: number
  text: (value: number) => string
}) {
  const { name, points, most, text } = given
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return null
  const top = most > 0 ? most : Math.max(...points.map(({ value }) => value), 1)
  const span = Math.max(last.timeMs - first.timeMs, 1)
  const place = ({ timeMs, value }: Point) =>
    `${round(((timeMs - first.timeMs) / span) * width)} ${round(height - Math.min(value / top, 1) * (height - 2))}`
  const line = points.map(place).join('L')
  const whole = most > 0 ? ` of ${text(most)}` : ''
  return (
    <figure className="meter">
      <header>
        <span>{name}</span>
        <span className="number">
          <b>{text(last.value)}</b>
          {whole}
        </span>
      </header>
      <svg
        className="chart"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label(given, span)}
      >
        <path className="area" d={`M0 ${height}L${line}L${width} ${height}z`} />
        <path className="curve" d={`M${line}`} />
        <path className="floor" d={`M0 ${height}H${width}`} />
      </svg>
    </figure>
  )
}

function label({ name, points, text }: Parameters<typeof Curve>[0], span: number): string {
  const values = points.map(({ value }) => value)
  return `${name} over ${secondsText(span / 1000)}: between ${text(Math.min(...values))} and ${text(Math.max(...values))}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
