import type { CloudOrder } from '@windlass/model/unit'
import type { Clock, Log } from '@windlass/platform'
import {
  decodeAcknowledgement,
  decodeEnvelope,
  decodeOrder,
  type Envelope,
  encodeAck,
  encodeNack,
  WireError,
} from '@windlass/wire/aoscore-cloud'
import type { Outbox } from './outbox.ts'

/** A message that this version does not know may be understood by the next one. */
const unknownAgainAfterMs = 3_600_000
const rememberedTxns = 256

/** What is done with what comes from the cloud (aoscore.md 6.2). */
export class Inbound {
  readonly #systemId: string
  readonly #ports: { clock: Clock; log: Log; outbox: Outbox; deliver(order: CloudOrder): void }
  readonly #seen = new Set<string>()

  constructor(systemId: string, ports: { clock: Clock; log: Log; outbox: Outbox; deliver(order: CloudOrder): void }) {
    this.#systemId = systemId
    this.#ports = ports
  }

  /** Acknowledges before anything comes of it; what cannot be read is not acknowledged. Never throws. */
  receive(bytes: Uint8Array, answer: (text: string) => void): void {
    const envelope = this.#read(() => decodeEnvelope(bytes))
    if (envelope && this.#isOurs(envelope)) this.#read(() => this.#accept(envelope, answer))
  }

  #isOurs({ header }: Envelope): boolean {
    if (header.systemId === this.#systemId) return true
    this.#ports.log.warning('message for another unit dropped', { systemId: header.systemId.slice(0, 80) })
    return false
  }

  #accept(envelope: Envelope, answer: (text: string) => void): void {
    const { txn } = envelope.header
    const { clock, outbox } = this.#ports
    const acknowledgement = decodeAcknowledgement(envelope)
    if (acknowledgement?.kind === 'ack') return outbox.remove(txn)
    if (acknowledgement) return outbox.postpone(txn, acknowledgement.retryAfterMs, clock.uptime())
    const header = { systemId: this.#systemId, createdAtMs: clock.now(), txn }
    try {
      const order = decodeOrder(envelope)
      answer(encodeAck(header))
      if (this.#isNew(txn)) this.#ports.deliver(order)
    } catch (error) {
      if (!(error instanceof WireError && error.code === 'unknown_type')) throw error
      this.#ports.log.warning('unknown message put off', { messageType: envelope.messageType.slice(0, 80) })
      answer(encodeNack(header, unknownAgainAfterMs))
    }
  }

  /** A message comes again when our acknowledgement was lost; its effect must not. */
  #isNew(txn: string): boolean {
    if (this.#seen.has(txn)) return false
    this.#seen.add(txn)
    const [oldest] = this.#seen
    if (this.#seen.size > rememberedTxns && oldest !== undefined) this.#seen.delete(oldest)
    return true
  }

  #read<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#ports.log.warning('message not understood', { code: error.code, why: error.message })
      return undefined
    }
  }
}
