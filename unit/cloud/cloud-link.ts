import type { BlobSource, CloudOrder, UnitFact } from '@windlass/model/unit'
import { backoff, type Clock, type Http, type Log, type Random } from '@windlass/platform'
import { type Dialect, encodeFact } from '@windlass/wire/aoscore-cloud'
import type { Cloud, Identity, Tls } from '../ports.ts'
import { BlobQuestions } from './blob-questions.ts'
import { discover } from './discover.ts'
import { type DiscoverySettings, discoveryUrls } from './discovery-urls.ts'
import { Inbound } from './inbound.ts'
import { Outbox, type Outgoing } from './outbox.ts'
import { session } from './session.ts'
import { type CloudSocket, SocketError, type Sockets } from './sockets.ts'
import { uuid } from './uuid.ts'

export interface CloudSettings {
  discovery: DiscoverySettings
  dialect: Dialect
  /** How long the cloud may take for an acknowledgement or an answer. AosCore's default: 10 000. */
  responseWaitMs: number
}

export interface CloudPorts {
  identity: Pick<Identity, 'systemId' | 'tlsFor' | 'watchCertificates'>
  http(tls: Tls | undefined): Http
  sockets: Sockets
  clock: Clock
  random: Random
  log: Log
}

type News = Parameters<Parameters<Cloud['watch']>[0]>[0]

const reconnect = { firstDelayMs: 1000, factor: 2, maxDelayMs: 600_000, jitter: 0.5 }
/** A connection that lasted so long counts as a success. */
const steadyMs = 60_000

/** Speaks with the cloud for as long as `run` runs (aoscore.md 6.1, 6.2); takes messages also while there is none. */
export class CloudLink implements Cloud {
  readonly #settings: CloudSettings
  readonly #ports: CloudPorts
  readonly #outbox: Outbox
  readonly #inbound: Inbound
  readonly #questions: BlobQuestions
  readonly #watchers = new Set<(news: News) => void>()
  readonly #writers = new Set<() => void>()
  #known: { urls: readonly string[]; token: string } | undefined
  #connected = false

  constructor(settings: CloudSettings, ports: CloudPorts) {
    const { clock, log, random } = ports
    this.#settings = settings
    this.#ports = ports
    this.#outbox = new Outbox(settings.responseWaitMs)
    const deliver = (order: CloudOrder) => this.#deliver(order)
    this.#inbound = new Inbound(ports.identity.systemId(), { clock, log, outbox: this.#outbox, deliver })
    this.#questions = new BlobQuestions({
      clock,
      waitMs: settings.responseWaitMs,
      newId: () => uuid(random),
      send: (correlationId, digests) => {
        const txn = this.#put({ kind: 'request_blob_urls', correlationId, digests })
        return () => this.#outbox.remove(txn)
      },
    })
  }

  connected(): boolean {
    return this.#connected
  }

  watch(news: (news: News) => void): () => void {
    this.#watchers.add(news)
    return () => this.#watchers.delete(news)
  }

  /** A change of status is not kept while there is no connection: the next full one has it. */
  send(fact: UnitFact): void {
    if (fact.kind === 'unit_status' && fact.status.isDelta && !this.#connected) return
    this.#put(fact)
  }

  blobSources(digests: readonly string[], stop: AbortSignal): Promise<readonly BlobSource[]> {
    return this.#questions.ask(digests, stop)
  }

  /** Connects, and again whenever the connection is lost, until `stop`. Never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#ports
    for (let failures = 1; !stop.aborted; failures += 1) {
      const renewed = new AbortController()
      const unsubscribe = this.#ports.identity.watchCertificates((type) => type === 'online' && renewed.abort())
      const until = AbortSignal.any([stop, renewed.signal])
      let leastDelayMs = 0
      try {
        const { lastedMs, askAgainAfterMs } = await this.#visit(until)
        if (lastedMs >= steadyMs || renewed.signal.aborted) failures = 1
        leastDelayMs = askAgainAfterMs
      } catch (error) {
        // Weeks without a cloud are not to fill the log.
        if (!until.aborted)
          log[failures === 1 ? 'warning' : 'debug']('cloud not reached', { why: textOf(error), failures })
      }
      const delayMs = Math.max(leastDelayMs, backoff(reconnect, failures, random))
      await clock.sleep(delayMs, until).catch(() => undefined)
      unsubscribe()
    }
  }

  /** Once there and back. */
  async #visit(until: AbortSignal): Promise<{ lastedMs: number; askAgainAfterMs: number }> {
    const { identity } = this.#ports
    const tls = identity.tlsFor('online')
    if (!this.#known) {
      const addresses = discoveryUrls(this.#settings.discovery, tls?.cert)
      const found = await discover(
        addresses,
        identity.systemId(),
        { http: this.#ports.http(tls), log: this.#ports.log },
        until,
      )
      if ('askAgainAfterMs' in found) return { lastedMs: 0, askAgainAfterMs: found.askAgainAfterMs }
      this.#known = found
    }
    const socket = await this.#open(tls, until)
    const began = this.#ports.clock.uptime()
    await this.#stay(socket, until)
    return { lastedMs: this.#ports.clock.uptime() - began, askAgainAfterMs: 0 }
  }

  /** The first address that opens. Those that do not are forgotten; with none left, or a bad token, all is asked anew. */
  async #open(tls: Tls | undefined, until: AbortSignal): Promise<CloudSocket> {
    for (;;) {
      const { urls = [], token = '' } = this.#known ?? {}
      const [url, ...others] = urls
      if (url === undefined) throw new SocketError('refused', 'expected one address to open, got none')
      try {
        return await this.#ports.sockets.open(url, { token, tls }, until)
      } catch (error) {
        until.throwIfAborted()
        const isUnauthorized = error instanceof SocketError && error.code === 'unauthorized'
        this.#known = isUnauthorized || others.length === 0 ? undefined : { urls: others, token }
        if (!this.#known) throw error
        this.#ports.log.warning('cloud address dropped', { url, why: textOf(error) })
      }
    }
  }

  async #stay(socket: CloudSocket, until: AbortSignal): Promise<void> {
    const { clock, log } = this.#ports
    this.#outbox.beginAgain()
    this.#connected = true
    log.info('cloud connected')
    this.#tell({ kind: 'connection', connected: true })
    const why = await session(
      socket,
      {
        clock,
        message: (bytes, send) => this.#inbound.receive(bytes, send),
        flush: (send) => this.#flush(send),
        onNews: (wake) => {
          this.#writers.add(wake)
          return () => this.#writers.delete(wake)
        },
      },
      until,
    )
    this.#connected = false
    log.info('cloud connection ended', { why })
    this.#tell({ kind: 'connection', connected: false })
  }

  #flush(send: (text: string) => void): number | undefined {
    for (const { txn, fact, createdAtMs } of this.#outbox.take(this.#ports.clock.uptime())) {
      const header = { systemId: this.#ports.identity.systemId(), createdAtMs, txn }
      send(encodeFact(fact, header, this.#settings.dialect))
    }
    return this.#outbox.nextDueMs()
  }

  #put(fact: UnitFact): string {
    const txn = uuid(this.#ports.random)
    const dropped = this.#outbox.put({ txn, fact, createdAtMs: this.#ports.clock.now() })
    if (dropped) this.#warnOf(dropped)
    for (const wake of this.#writers) wake()
    return txn
  }

  #warnOf({ fact }: Outgoing): void {
    this.#ports.log.warning('message to the cloud dropped, too many wait', { kind: fact.kind })
  }

  #deliver(order: CloudOrder): void {
    if (order.kind !== 'blob_urls') return this.#tell({ kind: 'order', order })
    if (this.#questions.answered(order.correlationId ?? '', order.sources)) return
    this.#ports.log.debug('blob addresses came too late')
  }

  #tell(news: News): void {
    for (const hear of this.#watchers) {
      try {
        hear(news)
      } catch (error) {
        this.#ports.log.error('news of the cloud not taken', { kind: news.kind, why: textOf(error) })
      }
    }
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
