import { randomBytes } from 'node:crypto'

// Of every token: it tells scanners what they found.
const commonStart = /^windlass_/

/** Secrets that a test makes or is given, by name, and whether a text has a part of one. */
export class Secrets {
  readonly #parts = new Map<number, Map<string, string>>()

  /** One that fits wherever a secret may go. */
  made(name: string): string {
    return this.known(name, randomBytes(24).toString('base64url'))
  }

  /** Answers it again. */
  known(name: string, secret: string | undefined): string {
    const own = secret?.replace(commonStart, '') ?? ''
    const width = widthOf(own)
    if (secret === undefined || own.length < width) throw new Error(`expected a secret of some length as ${name}`)
    const parts = this.#parts.get(width) ?? new Map<string, string>()
    this.#parts.set(width, parts)
    for (let at = 0; at + width <= own.length; at += 1) parts.set(own.slice(at, at + width), name)
    return secret
  }

  /** Names of those of which so many characters in a row stand there that it is no accident. */
  foundIn(text: string): string[] {
    const found = new Set<string>()
    for (const [width, parts] of this.#parts)
      for (let at = 0; at + width <= text.length; at += 1) {
        const name = parts.get(text.slice(at, at + width))
        if (name !== undefined) found.add(name)
      }
    return [...found]
  }
}

// What complains of a text often shows ten characters of it. Of digits in small letters as many are soon the same by accident.
function widthOf(secret: string): number {
  return /[A-Z]/.test(secret) && /[a-z]/.test(secret) ? 8 : 12
}
