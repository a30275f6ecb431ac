import { type CloudSocket, SocketError, type SocketEvents, type Sockets } from '@windlass/unit/fakes'
import type { Way } from '../device/link.ts'
import { type ProcessHost, passes } from '../device/machine-ports.ts'
import type { FleetLine } from '../fleet/fleet-lines.ts'
import type { Life } from '../world/life.ts'
import type { WorldClock } from '../world/world-clock.ts'
import { Pipe } from './pipe.ts'

/** A TCP connection through which nothing comes is given up by one end or the other. */
const patienceMs = 120_000
const openingMs = 20_000

/** Takes a unit's connection, or says why not. */
export type Admit = (token: string, line: FleetLine) => Promise<FleetEnd>

/** The fleet's end of it. */
export interface FleetEnd {
  receive(bytes: Uint8Array): void
  /** The unit is gone. */
  gone(): void
}

/** WebSockets of one process to the fleet, over the link of its node. */
export function cloudSockets(host: ProcessHost, life: Life, world: WorldClock, admit: Admit): Sockets {
  return {
    open: (url, { token }, stop) =>
      passes({ to: 'network', url }, host, life, async (fault) => {
        const passage = host.link.passage('up')
        if (fault?.kind === 'request-error' || passage === 'broken')
          throw new SocketError('refused', `${url}: nobody there`)
        await host.clock.sleep(passage === 'shut' ? openingMs : passage.delayMs, stop)
        if (passage === 'shut') throw new SocketError('refused', `${url}: no answer`)
        const socket = new SimSocket(host, life, world)
        await socket.open(token, admit)
        return socket
      }),
  }
}

class SimSocket implements CloudSocket {
  readonly #host: ProcessHost
  readonly #life: Life
  readonly #up: Pipe
  readonly #down: Pipe
  #far: FleetEnd | undefined
  #events: SocketEvents | undefined
  readonly #early: Uint8Array[] = []
  #closed: string | undefined
  readonly #forget: () => void

  constructor(host: ProcessHost, life: Life, world: WorldClock) {
    this.#host = host
    this.#life = life
    const pipe = (way: Way) =>
      new Pipe(
        world,
        () => host.link.passage(way),
        patienceMs,
        () => this.#break('broken'),
      )
    this.#up = pipe('up')
    this.#down = pipe('down')
    this.#forget = life.onEnd(() => this.#break('the process is gone'))
  }

  async open(token: string, admit: Admit): Promise<void> {
    this.#far = await admit(token, {
      send: (text) => this.#down.send(() => this.#comes(new TextEncoder().encode(text))),
      close: (why) => this.#down.send(() => this.#break(why)),
      died: () => this.#break('the fleet is gone'),
    })
    if (this.#closed !== undefined) this.#far.gone()
  }

  listen(events: SocketEvents): void {
    this.#events = events
    for (const bytes of this.#early.splice(0)) this.#comes(bytes)
    if (this.#closed !== undefined) events.closed(this.#closed)
  }

  send(text: string): void {
    const fault = this.#life.alive ? this.#host.onCall({ to: 'network', url: 'message to the fleet' }) : undefined
    if (!this.#life.alive || this.#closed !== undefined) return
    if (fault?.kind === 'request-error') return this.#break('broken on purpose')
    const bytes = new TextEncoder().encode(text)
    const times = this.#host.link.trouble === 'twice' ? 2 : 1
    for (let time = 0; time < times; time++) this.#up.send(() => this.#far?.receive(bytes))
    if (fault && 'side' in fault && fault.side === 'after') this.#host.strike(fault)
  }

  ping(): void {
    // Answered at once: nothing hangs on how long that takes, and there are very many.
    const { link } = this.#host
    if (typeof link.passage('up') === 'object' && typeof link.passage('down') === 'object') this.#events?.heard()
  }

  terminate(): void {
    if (this.#life.alive) this.#break('ended here')
  }

  #comes(bytes: Uint8Array): void {
    if (!this.#life.alive) return
    if (!this.#events) return void this.#early.push(bytes)
    this.#events.heard()
    this.#events.message(bytes)
  }

  #break(why: string): void {
    if (this.#closed !== undefined) return
    this.#closed = why
    this.#forget()
    this.#up.end()
    this.#down.end()
    this.#far?.gone()
    if (this.#life.alive) this.#events?.closed(why)
  }
}
