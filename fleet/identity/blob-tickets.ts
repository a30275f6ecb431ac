import { createHmac, timingSafeEqual } from 'node:crypto'

/** So long a unit may fetch by an address it was given; then it asks for another. */
const ticketMs = 24 * 3600 * 1000

/** The right of one unit to fetch one blob until some time; nothing is stored, so any process of the fleet can judge it. */
export class BlobTickets {
  readonly #secret: Uint8Array
  readonly #now: () => number

  constructor(secret: Uint8Array, now: () => number) {
    this.#secret = secret
    this.#now = now
  }

  /** The address of a blob below `base`, for this unit. */
  urlOf(base: string, digest: string, unit: string): string {
    const until = String(this.#now() + ticketMs)
    const query = new URLSearchParams({ unit, until, ticket: this.#sign(digest, unit, until) })
    return `${base}/blobs/${digest.replace(':', '/')}?${query.toString()}`
  }

  /** Why an address does not hold; undefined when it does. */
  flawOf(
    digest: string,
    { unit = '', until = '', ticket = '' }: Record<string, string | undefined>,
  ): string | undefined {
    const right = Buffer.from(this.#sign(digest, unit, until))
    const came = Buffer.from(ticket)
    if (right.length !== came.length || !timingSafeEqual(right, came)) return 'expected an address that this fleet gave'
    if (this.#now() < Number(until)) return undefined
    return `expected an address that holds, got one that held until ${new Date(Number(until)).toISOString()}`
  }

  #sign(digest: string, unit: string, until: string): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([digest, unit, until]))
      .digest('base64url')
  }
}
