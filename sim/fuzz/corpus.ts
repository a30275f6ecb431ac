import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Inputs worth keeping, a file each, named by what they hold. */
export class Corpus {
  readonly inputs: Uint8Array[] = []
  readonly #folder: string
  readonly #names = new Set<string>()

  /** Reads what is in the folder; without one it is empty. */
  constructor(folder: string) {
    this.#folder = folder
    for (const name of namesIn(folder)) this.#take(readFileSync(join(folder, name)))
  }

  /** False when it is there. `keep`: on the disk too. */
  add(input: Uint8Array, keep: boolean): boolean {
    const name = this.#take(input)
    if (name === undefined) return false
    if (!keep) return true
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(join(this.#folder, name), input)
    return true
  }

  #take(input: Uint8Array): string | undefined {
    const name = createHash('sha256').update(input).digest('hex').slice(0, 16)
    if (this.#names.has(name)) return undefined
    this.#names.add(name)
    this.inputs.push(Buffer.from(input))
    return name
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
