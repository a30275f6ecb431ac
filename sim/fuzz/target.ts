import type { Dice } from '../faults/world/dice.ts'

/** Something that reads bytes from outside. */
export interface Target {
  /** Also the name of its corpus. */
  name: string
  /** Inputs to begin with, most of which it takes. */
  seeds: readonly (string | Uint8Array)[]
  /** Words of its language, so that they need not be guessed. */
  tokens?: readonly string[]
  /** Its inputs are JSON: trees are changed, not only bytes. */
  json?: boolean
  /** Inputs by grammar, right ones and wrong ones. */
  make?: (dice: Dice) => Uint8Array
  /** Puts right the checksums of a changed input, or nothing behind them would ever be reached. */
  mend?: (input: Uint8Array) => Uint8Array
  /** Reads it, to the end of what it says. */
  read: (input: Uint8Array) => unknown
  /** Whether this is how it says no. Anything else that is thrown is a finding. */
  refuses: (error: unknown) => boolean
}

/** What must not happen. `crash`: an error that is no refusal. */
export interface Finding {
  target: string
  kind: 'crash' | 'hang' | 'growth' | 'died'
  message: string
  input: Uint8Array | undefined
}
