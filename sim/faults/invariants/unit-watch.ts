import type { UnitReleaseKind } from '../scenario.ts'
import type { SimUnit, UnitNews } from '../unit/sim-unit.ts'
import { numberOf } from '../unit/unit-catalogue.ts'
import type { Violation } from './all.ts'

/** Which service must not be started, of a release of that kind. */
const spoiltIn: Readonly<Record<string, UnitReleaseKind>> = { front: 'blob-other-bytes', back: 'layer-other' }

type Tell = (invariant: Violation['invariant'], who: { name: string }, message: string | undefined) => void
type Moved = Extract<UnitNews, { kind: 'moved' }>

/** What became of the releases of one unit. */
interface Course {
  /** What it was last told to be, in order; the fleet took note of each. */
  ordered: number[]
  /** Which it arrived at, in order. */
  arrived: number[]
  tookBack: Set<number>
}

/** Watches units as a whole. */
export class UnitWatch {
  readonly #courses = new Map<string, Course>()
  readonly #broken: Tell
  readonly #counted: (what: string) => void

  constructor(broken: Tell, counted: (what: string) => void) {
    this.#broken = broken
    this.#counted = counted
  }

  of({ name }: { name: string }): Course {
    const there = this.#courses.get(name) ?? { ordered: [], arrived: [], tookBack: new Set() }
    this.#courses.set(name, there)
    return there
  }

  /** The main node of a unit does not know any more what was taken back. */
  forget(node: string): void {
    this.#courses.get(node.replace(/n\d+$/, ''))?.tookBack.clear()
  }

  moved(unit: SimUnit, { from, event, to }: Moved): void {
    const course = this.of(unit)
    if (from.at === 'none' && to.at === 'downloading') this.#begins(unit, course, numberOf(to.desired))
    if (from.at === 'finalizing' && event.on === 'confirmed') {
      this.#counted('unit updates kept')
      course.arrived.push(numberOf(from.desired))
    }
    if (from.at === 'reverting' && event.on === 'reverted') this.#counted('unit updates taken back')
    const refused = 'refused' in to ? to.refused : []
    for (const { items } of refused) {
      const [item] = items
      if (item) course.tookBack.add(Number.parseInt(item.version, 10))
    }
  }

  /** `service`: what a node starts, undefined for bytes that nobody released. */
  started(unit: SimUnit, node: { name: string }, service: string | undefined): void {
    this.#counted('services started')
    const [name, version = ''] = service?.split(' ') ?? []
    const kind = unit.releases.ofVersion(version)?.kind
    const spoilt = name === undefined || spoiltIn[name] === kind
    if (spoilt)
      this.#broken('verified', node, `starts ${service ?? 'what nobody released'}, of a release that is ${kind}`)
  }

  #begins(unit: SimUnit, { tookBack }: Course, number: number): void {
    this.#counted('unit updates begun')
    if (tookBack.has(number)) this.#broken('not-retried', unit, `tries release ${number} again, which it took back`)
  }
}
