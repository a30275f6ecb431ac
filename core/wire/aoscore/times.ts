import type { LogSpan } from '@windlass/model/unit'
import { present, wrong } from './checks.ts'
import type { Duration } from './generated/google/protobuf/duration.ts'

/** Milliseconds since 1970; finer than that is dropped. */
export function decodeTime(path: string, wire: Date | undefined): number {
  const timeMs = present(path, wire).getTime()
  if (Number.isNaN(timeMs)) throw wrong(path, 'a time that a calendar knows', 'one far off')
  return timeMs
}

export function encodeSpan({ fromMs, tillMs }: LogSpan): { from: Date | undefined; till: Date | undefined } {
  return { from: dateOf(fromMs), till: dateOf(tillMs) }
}

export function decodeSpan(path: string, { from, till }: { from: Date | undefined; till: Date | undefined }): LogSpan {
  return {
    ...(from && { fromMs: decodeTime(`${path}.from`, from) }),
    ...(till && { tillMs: decodeTime(`${path}.till`, till) }),
  }
}

function dateOf(timeMs: number | undefined): Date | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs)
}

export function encodeDuration(ms: number): Duration {
  const whole = Math.round(ms)
  return { seconds: BigInt(Math.trunc(whole / 1_000)), nanos: (whole % 1_000) * 1_000_000 }
}

/** An absent one is 0. */
export function decodeDuration(path: string, wire: Duration | undefined): number {
  if (!wire) return 0
  const ms = Number(wire.seconds) * 1_000 + wire.nanos / 1_000_000
  if (ms < 0 || !Number.isSafeInteger(Math.round(ms))) throw wrong(path, 'a duration of 0 or more', `${wire.seconds} s`)
  return ms
}
