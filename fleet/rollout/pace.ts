import type { Attempt } from '../store/records.ts'

/** How quickly a rollout goes; null: as quickly as devices ask. `perMinute`: of the clock. */
export interface Speed {
  perMinute: number | null
  atOnce: number | null
}

/**
 * What a rollout with a speed has given out. `seq` grows with every device that it is given to, so that two fleets cannot give the
 * same place. `offers`: in that minute since 1970. `underWay`: devices that hold a place now.
 */
export interface Pace {
  seq: number
  minute: number
  offers: number
  underWay: number
}

export const unpaced: Speed = { perMinute: null, atOnce: null }

/** A device that was offered the package, or works on it, holds its place until it is done or was silent for so long. */
export const placeMs = 3_600_000

export function holdsPlace(attempt: Attempt | undefined, now: number): boolean {
  if (!attempt || attempt.at <= now - placeMs) return false
  return attempt.state === 'offered' || attempt.state === 'updating'
}

export const minuteOf = (now: number): number => Math.floor(now / 60_000)

/** Why a device that holds no place gets none now; undefined: it does. */
export function tooFast({ perMinute, atOnce }: Speed, pace: Pace | null, now: number): string | undefined {
  if (!pace) return undefined
  if (atOnce !== null && pace.underWay >= atOnce)
    return `${pace.underWay} devices are under way, and ${atOnce} may be at once`
  if (perMinute === null || pace.minute !== minuteOf(now) || pace.offers < perMinute) return undefined
  return `${pace.offers} devices were offered it in this minute, and ${perMinute} may be`
}

const shortestMs = 300_000
const spreadMs = 600_000

/** How long one waits who gets no place: 5 to 15 minutes, each device another time, so that they do not all ask at once. */
export function waitForPlace(point: number): number {
  return shortestMs + Math.floor((point / 2 ** 32) * spreadMs)
}
