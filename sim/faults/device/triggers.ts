import type { FileOp } from '@windlass/platform/fakes'
import type { DeviceFault, During } from '../scenario.ts'
import { restKindOf } from './at-rest.ts'

/** A call of a process into its machine. */
export type Call =
  | { to: 'disk'; op: FileOp; path: string; at?: number; bytes?: number }
  | { to: 'program'; name: string }
  | { to: 'network'; url: string }
  /** In a unit: its records, and what runs services. */
  | { to: 'records'; name: string }
  | { to: 'runtime'; name: string }

/** A call that was made. */
export interface Heard {
  call: Call
  /** When, by the world's time. */
  ms: number
  /** Its process made the one before as well, in the same moment: nothing has happened in between but its own code. */
  atOnce: boolean
}

/** Faults that wait for a certain call. */
export type Waiting = Extract<DeviceFault, { after: number }>

const needed: Readonly<Record<Waiting['kind'], readonly Call['to'][] | 'any'>> = {
  killed: 'any',
  'power-cut': 'any',
  'torn-write': ['disk'],
  'disk-error': ['disk', 'records'],
  'program-error': ['program', 'runtime'],
  'request-error': ['network'],
  'bit-rot': ['disk'],
}
// What a disk without room refuses.
const filling: readonly FileOp[] = ['create', 'write', 'makeFolder', 'rename']

interface Armed {
  fault: Waiting
  left: number
  times: number
}

/** Counts the calls of a device, and says which of them goes wrong. */
export class Triggers {
  #armed: Armed[] = []

  arm(fault: Waiting): void {
    this.#armed.push({ fault, left: fault.after, times: 'times' in fault ? fault.times : 1 })
  }

  clear(): void {
    this.#armed = []
  }

  /** The fault that this call suffers; one that struck for the last time is gone. */
  hit(call: Call, during: During): Waiting | undefined {
    for (const armed of this.#armed) {
      if (!counts(armed.fault, call, during)) continue
      armed.left -= 1
      if (armed.left > 0) continue
      armed.times -= 1
      if (armed.times <= 0) this.#armed = this.#armed.filter((other) => other !== armed)
      return armed.fault
    }
    return undefined
  }
}

function counts(fault: Waiting, call: Call, during: During): boolean {
  return (fault.during === 'always' || during === 'update') && concerns(fault, call)
}

/** Whether such a fault can befall such a call. */
export function concerns(fault: Waiting, call: Call): boolean {
  const to = needed[fault.kind]
  if (to !== 'any' && !to.includes(call.to)) return false
  if (call.to !== 'disk') return true
  if (fault.kind === 'torn-write') return call.op === 'write'
  if (fault.kind === 'bit-rot') return call.op === 'open' && restKindOf(call.path) === fault.of
  return fault.kind !== 'disk-error' || fault.code !== 'ENOSPC' || filling.includes(call.op)
}
