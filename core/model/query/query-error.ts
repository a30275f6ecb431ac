/** A query that cannot be read. `position`: of the character that is off, from 1. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly position: number
  readonly expected: string
  readonly came: string
  constructor(position: number, expected: string, came: string) {
    super(`query, character ${position}: expected ${expected}, got ${came}`)
    this.position = position
    this.expected = expected
    this.came = came
  }
}
