import { randomBytes } from 'node:crypto'

/** Randomness as a port, so that a seed can repeat a run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** `n` bytes fit for secrets, where the adapter is the system's. */
  bytes(n: number): Uint8Array
}

export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (n) => randomBytes(n),
}
