import { randomUUID } from 'node:crypto'
import type { CloudOrder, UnitFact } from '@windlass/model/unit'
import type { Clock, Log } from '@windlass/platform'
import {
  decodeAcknowledgement,
  decodeEnvelope,
  decodeFact,
  type Envelope,
  encodeAck,
  encodeOrder,
  type Header,
  WireError,
} from '@windlass/wire/aoscore-cloud'
import { Deliveries } from './deliveries.ts'

/** One end of a WebSocket. */
export interface UnitSocket {
  send(text: string): void
  close(code: number, reason: string): void
}

export interface SessionPorts {
  clock: Clock
  log: Log
  /** What the unit said, in order. */
  hear(unit: string, fact: UnitFact): Promise<void>
}

/** The fleet's end of one unit's link: every message is acknowledged before it takes effect (aoscore.md 6.2). */
export class UnitSession {
  readonly unit: string
  readonly #socket: UnitSocket
  readonly #ports: SessionPorts
  /** Made for the first order: most units are told nothing for days. */
  #told: { deliveries: Deliveries; sent: Map<string, string> } | undefined
  readonly #seen = new Set<string>()
  #hearing: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(unit: string, socket: UnitSocket, ports: SessionPorts) {
    this.unit = unit
    this.#socket = socket
    this.#ports = ports
  }

  /** Messages that were acknowledged and are still to take effect. */
  get waiting(): number {
    return this.#waiting
  }

  /** Resolves when all that came so far took effect. */
  heard(): Promise<void> {
    return this.#hearing
  }

  tell(order: CloudOrder): void {
    const header = this.#header()
    const text = encodeOrder(order, header)
    this.#told ??= {
      deliveries: new Deliveries(this.#ports.clock, (again) => this.#socket.send(again)),
      sent: new Map(),
    }
    this.#told.sent.set(header.txn, text)
    this.#told.deliveries.post(header.txn, text)
  }

  /** A message that is none, is for another unit or of another version is dropped: the unit will send it again. */
  receive(bytes: string | Uint8Array): void {
    try {
      const envelope = decodeEnvelope(bytes)
      if (envelope.header.systemId !== this.unit)
        throw new WireError('wrong_shape', `header.systemId: expected ${this.unit}, got ${envelope.header.systemId}`)
      this.#take(envelope)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#ports.log.warning('message of a unit dropped', { unit: this.unit, why: error.message })
    }
  }

  close(why: string): void {
    this.end()
    this.#socket.close(1001, why)
  }

  /** The socket is gone. */
  end(): void {
    this.#told?.deliveries.end()
  }

  #take(envelope: Envelope): void {
    const { txn } = envelope.header
    const answer = decodeAcknowledgement(envelope)
    if (answer) {
      const text = this.#told?.sent.get(txn)
      if (answer.kind === 'ack' || text === undefined) this.#told?.deliveries.acknowledged(txn)
      else this.#told?.deliveries.refused(txn, text, answer.retryAfterMs)
      if (answer.kind === 'ack') this.#told?.sent.delete(txn)
      return
    }
    const fact = decodeFact(envelope)
    this.#socket.send(encodeAck(this.#header(txn)))
    if (!this.#isNew(txn)) return
    this.#waiting += 1
    this.#hearing = this.#hearing.then(() => this.#hear(fact)).finally(() => (this.#waiting -= 1))
  }

  async #hear(fact: UnitFact): Promise<void> {
    try {
      await this.#ports.hear(this.unit, fact)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#ports.log.error('message of a unit not kept', { unit: this.unit, kind: fact.kind, why })
      // It will come back, and then say everything again.
      this.close('try again')
    }
  }

  /** A message whose acknowledgement got lost comes again with the same number. */
  #isNew(txn: string): boolean {
    if (this.#seen.has(txn)) return false
    this.#seen.add(txn)
    for (const oldest of this.#seen) {
      if (this.#seen.size <= 1_000) break
      this.#seen.delete(oldest)
    }
    return true
  }

  #header(txn: string = randomUUID()): Header {
    return { systemId: this.unit, createdAtMs: this.#ports.clock.now(), txn }
  }
}
