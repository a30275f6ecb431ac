import { type Call, concerns, type Heard } from '../device/triggers.ts'
import type { Played } from '../play.ts'
import { type DeviceFault, type Fault, nodeNumber, type Side, type StoreFault } from '../scenario.ts'

/** One way in which a call goes wrong. `faults`: one for each place in a recorded course where it can. */
export interface Blow {
  name: string
  faults(recorded: Played): readonly Fault[]
}

type Waiting = Extract<DeviceFault, { after: number }>
const first = { at: 0 } as const
const always = { device: 0, during: 'always' } as const
const offMs = 5_000
const bothSides = ['before', 'after'] as const satisfies readonly Side[]
const sector = 512
const block = 4_096

export const agentBlows = blowsOf('agent', () => true)

/**
 * The same, at the calls of every node's programs. What ends a program before a call that it makes at once after another is
 * what ends it after that other one, and is not tried twice.
 */
export const unitBlows: readonly Blow[] = blowsOf('program', ({ atOnce }) => !atOnce).map(({ name, faults }) => ({
  name,
  faults: (recorded) =>
    recorded.nodeCalls.flatMap((calls, node) =>
      faults({ ...recorded, calls }).map((fault) => ({ ...fault, device: nodeNumber(0, node) }) as Fault),
    ),
}))

export const fleetBlows: readonly Blow[] = [
  ...ofStore('fleet killed', (side, after) => ({ kind: 'fleet-killed', side, after, downMs: 60_000 })),
  ...ofStore('database connection lost', (side, after) => ({ kind: 'fleet-store-error', side, after })),
]

/** `worth`: whether what ends the program before this call is to be tried as well. */
function blowsOf(program: string, worth: (heard: Heard) => boolean): readonly Blow[] {
  return [
    ...sides(`${program} killed`, (side, after) => ({ ...always, kind: 'killed', side, after }), worth),
    ...sides('power cut', (side, after) => ({ ...always, kind: 'power-cut', side, after, offMs }), worth),
    torn('write torn at 512 bytes', (boundary) => boundary % sector === 0 && boundary % block !== 0),
    torn('write torn at 4 KiB', (boundary) => boundary % block === 0),
    each('EIO', (after) => ({ ...always, kind: 'disk-error', code: 'EIO', after, times: 1 })),
    each('ENOSPC', (after) => ({ ...always, kind: 'disk-error', code: 'ENOSPC', after, times: 1 })),
    each('program fails', (after) => ({ ...always, kind: 'program-error', how: 'fails', after })),
    each('program hangs', (after) => ({ ...always, kind: 'program-error', how: 'hangs', after })),
    each('program missing', (after) => ({ ...always, kind: 'program-error', how: 'missing', after })),
    each('request refused', (after) => ({ ...always, kind: 'request-error', how: 'refused', after })),
    each('connection cut', (after) => ({ ...always, kind: 'request-error', how: 'cut', after })),
    each('request unanswered', (after) => ({ ...always, kind: 'request-error', how: 'timeout', after })),
  ]
}

/** At every call that it can befall, where it is worth it. */
function each(name: string, fault: (after: number) => Waiting, worth: (heard: Heard) => boolean = () => true): Blow {
  return {
    name,
    faults: ({ calls }) => {
      const places = calls.filter(({ call }) => concerns(fault(1), call))
      return places.flatMap((heard, index) => (worth(heard) ? [{ ...first, ...fault(index + 1) }] : []))
    },
  }
}

function sides(
  name: string,
  fault: (side: Side, after: number) => Waiting,
  worthBefore: (heard: Heard) => boolean,
): Blow[] {
  return bothSides.map((side) =>
    each(`${name} ${side} the call`, (after) => fault(side, after), side === 'before' ? worthBefore : undefined),
  )
}

/** Every write, at every such boundary inside it: what is before reached the disk, or what is behind. */
function torn(name: string, isBoundary: (boundary: number) => boolean): Blow {
  return {
    name,
    faults: ({ calls }) =>
      calls.filter(isWrite).flatMap(({ call }, index) =>
        boundariesIn(call)
          .filter(isBoundary)
          .flatMap((boundary): Fault[] => {
            const fault = { ...first, ...always, kind: 'torn-write', after: index + 1, boundary } as const
            return [
              { ...fault, kept: 'start' },
              { ...fault, kept: 'end' },
            ]
          }),
      ),
  }
}

function isWrite({ call }: Heard): boolean {
  return call.to === 'disk' && call.op === 'write'
}

function boundariesIn(call: Call): number[] {
  const { at = 0, bytes = 0 } = call.to === 'disk' ? call : {}
  const next = (Math.floor(at / sector) + 1) * sector
  const count = Math.max(0, Math.ceil((at + bytes - next) / sector))
  return Array.from({ length: count }, (_, index) => next + index * sector)
}

function ofStore(name: string, fault: (side: Side, after: number) => StoreFault): Blow[] {
  return bothSides.map((side) => ({
    name: `${name} ${side} the call`,
    faults: ({ storeCalls }) => storeCalls.map((_, index) => ({ ...first, ...fault(side, index + 1) })),
  }))
}
