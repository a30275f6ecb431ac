import { createHash } from 'node:crypto'

const mostKept = 4_000

/** Everything that happens in a world, as lines; two runs are the same when their digests are. */
export class Chronicle {
  readonly #now: () => number
  readonly #hash = createHash('sha256')
  #lines: string[] = []
  #count = 0

  constructor(now: () => number) {
    this.#now = now
  }

  add(who: string, what: string): void {
    const line = `${moment(this.#now())} ${who.padEnd(6)} ${what}`
    this.#hash.update(`${line}\n`)
    this.#count += 1
    this.#lines.push(line)
    if (this.#lines.length > 2 * mostKept) this.#lines = this.#lines.slice(-mostKept)
  }

  get count(): number {
    return this.#count
  }

  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** The last so many lines, of one device, or of a unit with all its nodes, and of the fleet where `who` is given. */
  last(most: number, who?: string): string[] {
    const mine = who === undefined ? this.#lines : this.#lines.filter((line) => speaks(line, [who, 'fleet', 'world']))
    return mine.slice(-most)
  }
}

function speaks(line: string, names: readonly string[]): boolean {
  const who = line.slice(momentWidth + 1, momentWidth + 7).trim()
  return names.includes(who) || names.includes(who.replace(/n\d+$/, ''))
}

const momentWidth = 'd00 00:00:00.000'.length

/** `d02 03:04:05.678`: day, hour, minute, second of the world. */
function moment(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  return `d${String(days).padStart(2, '0')} ${new Date(ms % 86_400_000).toISOString().slice(11, 23)}`
}
