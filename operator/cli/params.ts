import { CliError } from './cli-error.ts'

/** What the parser found. */
export type Raw = string | boolean | readonly string[] | undefined

/**
 * One parameter of a command: an option if its flags begin with a dash, else an argument by position.
 * `read` gets what the command line said.
 */
export interface Param<T> {
  flags: string
  says: string
  /** A heading of its own in the help. */
  group?: string
  read(raw: Raw): T
}

/** A record of parameters, and the values they give. */
export type Params = Readonly<Record<string, Param<unknown>>>
export type Values<P extends Params> = { [K in keyof P]: P[K] extends Param<infer T> ? T : never }

/** A text that must be there: `<file>`. */
export function required(flags: string, says: string): Param<string> {
  return { flags, says, read: String }
}

/** A text that may be absent: `[id]` or `--key <file>`. */
export function optional(flags: string, says: string): Param<string | undefined> {
  return { flags, says, read: (raw) => (raw === undefined ? undefined : String(raw)) }
}

/** An option that must be given. */
export function needed(flags: string, says: string): Param<string> {
  return {
    flags,
    says,
    read(raw) {
      if (raw === undefined) throw new CliError('usage', `expected ${flags} (${says}), got none`)
      return String(raw)
    },
  }
}

export function withDefault(flags: string, says: string, value: string): Param<string> {
  return { flags, says: `${says} (default: ${value})`, read: (raw) => (raw === undefined ? value : String(raw)) }
}

export function switchedOn(flags: string, says: string): Param<boolean> {
  return { flags, says, read: (raw) => raw === true }
}

/** An option that may come several times: `--device <id...>`. */
export function several(flags: string, says: string): Param<readonly string[]> {
  return { flags, says, read: (raw) => (Array.isArray(raw) ? raw.map(String) : []) }
}

/** All arguments that are left: `[words...]`. */
export function severalWords(flags: string, says: string): Param<readonly string[]> {
  return several(flags, says)
}

/** One of a few words or numbers, written out in the help. */
export function oneOf<const C extends string>(flags: string, says: string, choices: readonly C[], value: C): Param<C> {
  return {
    flags,
    says: `${says}: ${choices.join(', ')} (default: ${value})`,
    read(raw) {
      if (raw === undefined) return value
      const choice = choices.find((c) => c === raw)
      if (choice === undefined)
        throw new CliError('usage', `${flags}: expected ${choices.join(', ')}, got ${String(raw)}`)
      return choice
    },
  }
}

/** The same parameter, as a whole number of 1 or more. */
export function wholeNumber(param: Param<string>): Param<number> {
  return {
    ...param,
    read(raw) {
      const text = param.read(raw)
      if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
      throw new CliError('usage', `${param.flags}: expected a whole number (${param.says}), got ${text}`)
    },
  }
}

/** An option with a whole number of 1 or more that may be absent. */
export function wholeNumberIf(flags: string, says: string): Param<number | undefined> {
  const number = wholeNumber(required(flags, says))
  return { flags, says, read: (raw) => (raw === undefined ? undefined : number.read(raw)) }
}
