import type { LogEntry } from '@windlass/wire/updatehub'

/** What the agent is at when it is looked at; `gone` means that the device has restarted. */
export interface Moment {
  state: string
  log?: readonly string[]
  errors?: readonly { message: string; data?: Record<string, string> }[]
  progress?: { doneBytes: number; totalBytes: number; bytesPerSecond: number }
  gone?: boolean
}

/**
 * A device's local API behind a `fetch`, as UpdateHub's agent speaks (updatehub.md 1) or as ours does. Idle until an
 * install is ordered; then each look at its state shows the next of `moments`, and the last one from then on.
 */
export class FakeAgent {
  readonly orders: { path: string; body: unknown }[] = []
  /** The answer to `POST /probe`. */
  probeAnswer: { status: number; value: unknown } = { status: 200, value: 'no_update' }
  state = 'park'
  hold: { reason: string; since: string } | null = null
  readonly #dialect: 'updatehub' | 'windlass'
  readonly #moments: Moment[]
  #log: LogEntry[] = [entry('info', 'an old line')]
  #firstIndex = 7
  #progress: Moment['progress']
  #working = false

  constructor(dialect: 'updatehub' | 'windlass', moments: readonly Moment[] = []) {
    this.#dialect = dialect
    this.#moments = [...moments]
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    init.signal?.throwIfAborted()
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    if (pathname === '/windlass/hold') return this.#hold(init)
    if (init.method === 'POST')
      return this.#order(pathname, typeof init.body === 'string' ? JSON.parse(init.body) : undefined)
    if (pathname === '/log') return Response.json({ entries: this.#log, first_index: this.#firstIndex })
    if (pathname === '/windlass/status' && this.#dialect === 'updatehub') return new Response('', { status: 405 })
    if (pathname === '/info') return Response.json(this.#info(this.#look()))
    return Response.json({ state: this.#look(), progress: this.#progress ?? null, trouble: null, hold: this.hold })
  }

  #order(path: string, body: unknown): Response {
    this.orders.push({ path, body })
    if (path === '/probe') return this.#say(this.probeAnswer.status, this.probeAnswer.value)
    if (path === '/update/download/abort') return this.#abort()
    if (path === '/windlass/download' && this.#dialect === 'updatehub') return new Response('', { status: 405 })
    if (path === '/windlass/download' && this.state === 'waiting') return this.#say(200, { package: 'uid' })
    if (path === '/windlass/download' || this.state !== 'park') return this.#say(406, this.state)
    this.#firstIndex += this.#log.length
    this.#log = []
    this.#working = true
    return this.#say(200, this.state)
  }

  #hold({ method, body }: RequestInit): Response {
    if (this.#dialect === 'updatehub') return new Response('', { status: 405 })
    const { reason = '' } = typeof body === 'string' ? (JSON.parse(body) as { reason?: string }) : {}
    this.hold = method === 'PUT' ? { reason, since: '2026-01-02T03:04:05.678Z' } : null
    return Response.json({ hold: this.hold })
  }

  #abort(): Response {
    if (this.state !== 'download') return this.#say(406, { error: 'there is no download to be aborted' })
    return this.#say(200, this.#dialect === 'windlass' ? 'download' : { message: 'request accepted, download aborted' })
  }

  /** UpdateHub's agent does not say what type its answers have. */
  #say(status: number, value: unknown): Response {
    if (typeof value === 'string' && status === 500) return new Response(value, { status })
    if (this.#dialect === 'windlass') return Response.json(value, { status })
    return new Response(new Blob([JSON.stringify(value)]), { status })
  }

  #look(): string {
    const moment = this.#working ? this.#moments.shift() : undefined
    if (!moment) return this.state
    if (moment.gone) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    this.state = moment.state
    this.#progress = moment.progress
    for (const text of moment.log ?? []) this.#log.push(entry('info', text))
    for (const { message, data } of moment.errors ?? []) this.#log.push(entry('error', message, data))
    return this.state
  }

  #info(state: string): unknown {
    return {
      state,
      version: '2.2.0',
      config: { network: { server_address: 'https://uh.example.test', listen_socket: 'localhost:8080' } },
      firmware: {
        product_uid: '3f1c',
        version: '3.0',
        hardware: 'gw-mk2',
        pub_key: null,
        device_identity: { serial: 'A1' },
        device_attributes: { iface: ['eth0', 'wlan0'] },
      },
      runtime_settings: { polling: { retries: 0, now: false }, update: {}, path: '/var/lib/x', persistent: true },
    }
  }
}

function entry(level: LogEntry['level'], message: string, data: Record<string, string> = {}): LogEntry {
  return { level, message, time: 'Jan 02 03:04:05.678', data }
}
