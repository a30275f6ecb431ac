import { matchesQuery, parseQuery } from '@windlass/model'
import {
  type DeviceCounts,
  type DeviceDetail,
  encodeEvent,
  type FleetEvent,
  type GroupRecord,
  groupOrder,
  labelOrder,
  type PackageRecord,
  type ProblemCode,
  packageRule,
  pauseOrder,
  problemOf,
  type RolloutDetail,
  type RolloutForecast,
  rolloutOrder,
} from '@windlass/wire/operator'

/** A fleet as far as its operator API shows it, behind a `fetch`. Fields may be changed while it runs. */
export class FakeFleet {
  packages: PackageRecord[] = []
  devices: DeviceDetail[] = []
  rollouts: RolloutDetail[] = []
  groups: GroupRecord[] = []
  /** Tables of devices that were imported. */
  tables: string[] = []
  counts: DeviceCounts = { devices: 0, byStatus: [], byProduct: [], byVersion: [], byHardware: [] }
  /** What `GET /events` sends, in order; before each, what happened in the fleet is done. */
  happenings: { event: FleetEvent; does?: () => void }[] = []
  /** Bytes of the packages that were uploaded. */
  uploads: Uint8Array[] = []
  /** What `POST /rollouts/forecast` answers. */
  forecast: RolloutForecast = { devices: 0, phases: [0], bytesEach: 0, bytes: 0, excluded: [] }
  /** Bodies of `POST /rollouts/:id/approve`. */
  approvals: unknown[] = []
  readonly asked: string[] = []

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    init.signal?.throwIfAborted()
    const url = new URL(input instanceof Request ? input.url : input)
    const path = url.pathname.replace('/api/v1/', '')
    this.asked.push(`${init.method ?? 'GET'} ${path}`)
    if (path === 'events') return new Response(ReadableStream.from(this.#events()))
    return await this.#answer(`${init.method ?? 'GET'} ${path}`, url.searchParams, init)
  }

  async #answer(request: string, query: URLSearchParams, init: RequestInit): Promise<Response> {
    const [method, what, id, verb] = request.split(/[ /]/)
    if (request === 'POST packages') return await this.#upload(init)
    if (request === 'GET packages') return Response.json({ packages: this.packages })
    if (what === 'packages' && method === 'PUT') return this.#rule(id, await new Response(init.body ?? null).json())
    if (what === 'packages')
      return found(
        'package_unknown',
        this.packages.find(({ uid }) => uid === id),
      )
    if (request === 'POST rollouts/forecast') return Response.json(this.forecast)
    if (request === 'POST rollouts') return this.#start(await bodyOf(init))
    if (request === 'GET rollouts') return Response.json({ rollouts: this.rollouts })
    if (what === 'rollouts') {
      const rollout = this.rollouts.find((r) => r.id === Number(id))
      if (rollout && verb === 'roll-back') return this.#rollBack(rollout)
      if (rollout && verb === 'abort' && method === 'POST') rollout.status = 'aborted'
      if (rollout && verb === 'resume' && method === 'POST') Object.assign(rollout, { status: 'running', paused: null })
      if (rollout && verb === 'pause' && method === 'POST') this.#pause(rollout, await bodyOf(init))
      if (rollout && verb === 'approve' && method === 'POST') this.approvals.push(await bodyOf(init))
      return found('rollout_unknown', rollout)
    }
    if (what === 'groups') return this.#group(method ?? '', id, init)
    if (request === 'POST devices/labels') return this.#label(await new Response(init.body ?? null).json())
    if (request === 'POST devices/import') return this.#import(await new Response(init.body ?? null).text())
    if (verb === 'decommission' || verb === 'recommission') return this.#move(id, verb)
    if (request === 'GET devices/counts') return Response.json(this.counts)
    if (request === 'GET devices') return this.#page(query)
    return found(
      'device_unknown',
      this.devices.find((device) => device.id === id),
    )
  }

  async #upload(init: RequestInit): Promise<Response> {
    const bytes = new Uint8Array(await new Response(init.body ?? null).arrayBuffer())
    this.uploads.push(bytes)
    const record = this.packages[0]
    return record ? Response.json({ ...record, size: bytes.length }) : problem('archive_invalid')
  }

  async #group(method: string, name: string | undefined, init: RequestInit): Promise<Response> {
    if (method === 'POST') {
      const order = groupOrder.parse(await new Response(init.body ?? null).json())
      const [query, devices] = 'query' in order ? [order.query, 1] : [null, order.devices.length]
      const group: GroupRecord = { name: order.name, query, devices, createdAt: '2026-01-02T03:04:05.000Z' }
      this.groups.push(group)
      return Response.json(group)
    }
    if (name === undefined) return Response.json({ groups: this.groups })
    const group = this.groups.find((one) => one.name === name)
    if (group && method === 'PUT') Object.assign(group, await new Response(init.body ?? null).json())
    if (method !== 'DELETE' || !group) return found('group_unknown', group)
    this.groups.splice(this.groups.indexOf(group), 1)
    return new Response(null, { status: 204 })
  }

  #import(table: string): Response {
    const devices = table.split('\n').filter(Boolean).length - 1
    if (devices === 0) {
      const document = problemOf('import_invalid', 'expected another table', ['line 2: expected another'])
      return Response.json(document, { status: document.status })
    }
    this.tables.push(table)
    return Response.json({ devices, known: 0 })
  }

  #move(id: string | undefined, verb: string): Response {
    const device = this.devices.find((one) => one.id === id)
    if (device) device.status = verb === 'decommission' ? 'decommissioned' : 'idle'
    return found('device_unknown', device)
  }

  #rule(uid: string | undefined, body: unknown): Response {
    const pkg = this.packages.find((one) => one.uid === uid)
    if (pkg) Object.assign(pkg, packageRule.parse(body))
    return found('package_unknown', pkg)
  }

  #label(body: unknown): Response {
    const { to, set } = labelOrder.parse(body)
    const meant = 'devices' in to ? this.devices.filter(({ id }) => to.devices.includes(id)) : this.devices
    for (const device of meant) Object.assign(device.labels, set)
    return Response.json({ devices: meant.length })
  }

  #start(body: unknown): Response {
    const order = rolloutOrder.parse(body)
    const pkg = this.packages.find(({ uid }) => uid === order.package)
    if (!pkg) return problem('package_unknown')
    const counts = { pending: 0, updating: 0, updated: 0, failed: 0, rolled_back: 0 }
    const rollout: RolloutDetail = {
      id: this.rollouts.length + 1,
      package: pkg.uid,
      product: pkg.product,
      version: pkg.version,
      to: 'group' in order.to ? { ...order.to, query: null } : order.to,
      status: 'running',
      createdAt: '2026-01-02T03:04:05.000Z',
      startAt: null,
      metered: order.metered ?? false,
      plan: {
        windows: order.windows ?? [],
        timeZone: order.timeZone ?? 'UTC',
        speed: order.speed ?? {},
        health: order.health ? { falseAlarmPercent: order.health.falseAlarmPercent ?? 1 } : null,
        phases: (order.phases ?? [{ size: { rest: true } }]).map(({ size, gate = {} }) => ({ size, gate })),
      },
      phase: 1,
      paused: null,
      phases: [],
      counts: { ...counts, pending: 'devices' in order.to ? order.to.devices.length : this.devices.length },
      devices: [],
      next: null,
    }
    this.rollouts.unshift(rollout)
    return Response.json(rollout)
  }

  #rollBack(rollout: RolloutDetail): Response {
    rollout.status = 'aborted'
    const back = { ...rollout, id: this.rollouts.length + 1, version: '1.0', status: 'running' }
    return Response.json({ aborted: rollout, rollouts: [back], left: [{ version: '0.9', devices: 2 }] })
  }

  #pause(rollout: RolloutDetail, body: unknown): void {
    const { reason = 'somebody paused it' } = pauseOrder.parse(body)
    rollout.status = 'paused'
    rollout.paused = { at: '2026-01-02T03:04:05.000Z', by: 'operator', reason }
  }

  /** Two devices at a time, whatever is asked for, so that readers have to ask for the rest. */
  #page(asked: URLSearchParams): Response {
    const after = asked.get('cursor') ?? ''
    const group = this.groups.find(({ name }) => name === asked.get('group'))
    const query = parseQuery(asked.get('query') ?? group?.query ?? 'all')
    const hits = this.devices.filter(
      (device) =>
        device.id > after && JSON.stringify(device).includes(asked.get('search') ?? '') && matchesQuery(query, device),
    )
    const devices = hits.sort((x, y) => (x.id < y.id ? -1 : 1)).slice(0, 2)
    return Response.json({ devices, next: hits.length > 2 ? devices.at(-1)?.id : null })
  }

  async *#events(): AsyncGenerator<Uint8Array> {
    for (const { event, does } of this.happenings) {
      does?.()
      yield Buffer.from(encodeEvent(event))
    }
  }
}

function bodyOf(init: RequestInit): Promise<unknown> {
  return new Response(init.body ?? null).json()
}

function found(code: ProblemCode, value: unknown): Response {
  return value === undefined ? problem(code) : Response.json(value)
}

function problem(code: ProblemCode): Response {
  const document = problemOf(code, `expected another, got ${code}`)
  return Response.json(document, { status: document.status })
}
