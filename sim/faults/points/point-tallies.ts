/** How one blow went at the places of one course. */
interface Row {
  course: string
  blow: string
  tried: number
  survived: number
}

/** How many points survived. */
export class PointTallies {
  readonly #rows = new Map<string, Row>()

  add(course: string, blow: string, survived: boolean): void {
    const key = JSON.stringify([course, blow])
    const row = this.#rows.get(key) ?? { course, blow, tried: 0, survived: 0 }
    row.tried += 1
    if (survived) row.survived += 1
    this.#rows.set(key, row)
  }

  get rows(): readonly Row[] {
    return [...this.#rows.values()]
  }

  get tried(): number {
    return sum(this.rows, 'tried')
  }

  get survived(): number {
    return sum(this.rows, 'survived')
  }

  /** For people: by what happened, then by the course in which it happened. */
  get text(): string {
    return [...this.#summed('blow'), '', ...this.#summed('course')].join('\n')
  }

  #summed(by: 'blow' | 'course'): string[] {
    return [...Map.groupBy(this.rows, (row) => row[by])].map(
      ([name, some]) =>
        `${String(sum(some, 'survived')).padStart(8)} of ${String(sum(some, 'tried')).padStart(6)}  ${name}`,
    )
  }
}

function sum(rows: readonly Row[], key: 'tried' | 'survived'): number {
  return rows.reduce((total, row) => total + row[key], 0)
}
