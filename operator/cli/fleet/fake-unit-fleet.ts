import { createHash } from 'node:crypto'
import { type ItemRecord, problemOf, type ReleaseRecord, type UnitDetail } from '@windlass/wire/operator'

const at = '2026-01-02T03:04:05.000Z'

const openClaim = {
  id: '0123456789abcdef',
  systemId: null,
  state: 'open',
  uses: 3,
  usesLeft: 1,
  usedBy: ['u1', 'u2'],
  createdAt: at,
  expiresAt: null,
}

/** What a fleet knows of units, as far as its operator API shows it, behind a `fetch`. */
export class FakeUnitFleet {
  readonly blobs = new Map<string, Buffer>()
  readonly asked: string[] = []
  readonly pulls: object[] = []
  items: ItemRecord[] = []
  releases: ReleaseRecord[] = []
  units: UnitDetail[] = []

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const path = new URL(input instanceof Request ? input.url : input).pathname.replace('/api/v1/', '')
    const request = `${init.method ?? 'GET'} ${decodeURIComponent(path)}`
    this.asked.push(request)
    const [method = '', what = '', id = ''] = request.split(/[ /]/)
    if (what === 'blobs') return this.#blob(method, id, init)
    const body = init.body === undefined || init.body === null ? {} : ((await new Response(init.body).json()) as object)
    if (request === 'POST items') return this.#addItem(body)
    if (request === 'POST items/pull') return this.#pullItem(body)
    if (request === 'GET items') return Response.json({ items: this.items })
    if (request === 'POST releases') return this.#addRelease(body)
    if (request === 'GET releases') return Response.json({ releases: this.releases })
    if (request === 'POST claims') return Response.json({ ...openClaim, token: 'claim-token', ...body })
    if (request === 'GET claims') return Response.json({ claims: [openClaim] })
    if (request === `DELETE claims/${openClaim.id}`) return new Response(null, { status: 204 })
    if (request === 'GET units') return Response.json({ units: this.units, next: null })
    const unit = this.units.find((one) => one.id === id)
    return unit
      ? Response.json(unit)
      : Response.json(problemOf('unit_unknown', `expected a unit, got ${id}`), { status: 404 })
  }

  async #blob(method: string, digest: string, init: RequestInit): Promise<Response> {
    if (method === 'HEAD') return new Response(null, { status: this.blobs.has(digest) ? 200 : 404 })
    const bytes = Buffer.from(await new Response(init.body ?? null).arrayBuffer())
    const came = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    if (came !== digest)
      return Response.json(problemOf('blob_mismatch', `expected ${digest}, got ${came}`), { status: 422 })
    this.blobs.set(digest, bytes)
    return Response.json({ digest, size: bytes.length }, { status: 201 })
  }

  /** Under way when it is asked first. */
  #pullItem(body: object): Response {
    this.pulls.push(body)
    if (this.pulls.length === 1)
      return Response.json({ state: 'pulling', blobs: 3, bytes: 2000, done: 1000 }, { status: 202 })
    const { itemId, type, version, from } = body as Record<string, string>
    return this.#addItem({
      itemId,
      type,
      version,
      indexDigest: `sha256:${createHash('sha256')
        .update(from ?? '')
        .digest('hex')}`,
    })
  }

  #addItem(body: object): Response {
    const item = { ownerId: 'windlass', size: 7, blobs: this.blobs.size, createdAt: at, ...body } as ItemRecord
    this.items.push(item)
    return Response.json(item, { status: 201 })
  }

  #addRelease(body: object): Response {
    const release = { id: this.releases.length + 1, createdAt: at, content: body } as ReleaseRecord
    this.releases.push(release)
    return Response.json(release, { status: 201 })
  }
}
