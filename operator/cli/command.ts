import type { Ending } from './exit-codes.ts'
import type { Progress } from './page/progress-bar.ts'
import type { Params, Values } from './params.ts'
import type { Ports } from './ports.ts'

/** What a command ends with: a page for people, a document for programs; one of the two is printed. */
export interface Result {
  page: string
  json: unknown
  ending?: Ending
}

/** The ports, and how a command speaks before its result. */
export interface Io extends Ports {
  /** What a fleet is shown; undefined for nothing. */
  token: string | undefined
  /** Something that happened: one line of text, or one line of JSON. */
  event(line: string, json: unknown): void
  /** For people, on stderr, with and without `--json`. */
  warn(line: string): void
  /** A bar where a person watches, else nothing. */
  progress(what: string): Progress
}

/** A command as a value; help and parser are made from it. `name` has its group in front: `rollout start`. */
export interface Command {
  name: string
  description: string
  params: Params
  run(values: Readonly<Record<string, unknown>>, io: Io): Promise<Result>
}

export function command<P extends Params>(of: {
  name: string
  description: string
  params: P
  run(values: Values<P>, io: Io): Promise<Result>
}): Command {
  // The values were read by these very params, so they have their types.
  return { ...of, run: (values, io) => of.run(values as Values<P>, io) }
}
