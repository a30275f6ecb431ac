import type { HttpHandler, HttpRequest, HttpResponse } from '@windlass/platform'
import { HttpError } from '@windlass/platform'

/**
 * A server, or somebody between, that answers badly a few times and then honestly. What it tries must not be installed;
 * `codes` are the failures it may cause; in the end the device runs the new version unless `lasting` says otherwise.
 */
export interface ServerAttack {
  name: string
  attacked: (honest: HttpHandler) => HttpHandler
}

const page: HttpResponse = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome!</html>' }
const isObject = ({ path }: HttpRequest) => path.includes('/objects/')

/** Requests of this kind are answered by the attacker, the first `times` of them. */
function first(
  times: number,
  of: (request: HttpRequest) => boolean,
  answer: (right: HttpResponse, request: HttpRequest) => HttpResponse,
) {
  return (honest: HttpHandler): HttpHandler => {
    let left = times
    return async (request, signal) => {
      const right = await honest(request, signal)
      if (left <= 0 || !of(request)) return right
      left -= 1
      return answer(right, request)
    }
  }
}

export const serverAttacks: readonly ServerAttack[] = [
  {
    name: 'endless answer to a probe',
    attacked: first(
      3,
      ({ path }) => path === '/upgrades',
      () => ({ status: 200, body: endless() }),
    ),
  },
  { name: 'endless object', attacked: first(3, isObject, () => ({ status: 200, body: endless() })) },
  { name: 'slow answer', attacked: first(3, isObject, () => ({ status: 200, body: silent() })) },
  {
    name: 'redirect loop',
    attacked: first(3, isObject, (_, { path }) => ({ status: 302, headers: { location: `http://fleet.test${path}` } })),
  },
  {
    name: 'redirect to what is no http',
    attacked: first(3, isObject, () => ({ status: 302, headers: { location: 'file:///etc/passwd' } })),
  },
  {
    name: 'wrong length, too long',
    attacked: first(3, isObject, (right) => ({
      ...right,
      headers: { 'content-length': '70000' },
      body: Buffer.alloc(70_000),
    })),
  },
  {
    name: 'wrong length, too short',
    attacked: first(3, isObject, (right) => ({
      ...right,
      headers: { 'content-length': '10' },
      body: Buffer.alloc(10),
    })),
  },
  {
    name: 'object changed half-way',
    attacked: first(1, isObject, (right) => ({ ...right, headers: { etag: '"1"' }, body: halfOf(right, 7) })),
  },
  {
    name: 'object of the right length and other bytes',
    attacked: first(1, isObject, (right) => ({ ...right, body: Buffer.alloc(65_536, 7) })),
  },
  {
    name: 'captive portal',
    attacked: first(
      8,
      () => true,
      () => page,
    ),
  },
  {
    name: '200 for 206',
    attacked: (honest) => withoutRanges(first(1, isObject, (right) => ({ ...right, body: halfOf(right) }))(honest)),
  },
  {
    name: 'another range than was asked for',
    attacked: first(2, isObject, (right) => ({
      ...right,
      status: 206,
      headers: { 'content-range': 'bytes 5-65535/65536' },
    })),
  },
]

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(65_536)
}

async function* silent(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1)
  await new Promise(() => undefined)
}

/** Half of the body, then the connection is cut. `other`: bytes to put in the place of the right ones. */
async function* halfOf({ body }: HttpResponse, other?: number): AsyncGenerator<Uint8Array> {
  const half = (body instanceof Uint8Array ? body : new Uint8Array(2)).slice(0, 32_768)
  yield other === undefined ? half : half.fill(other)
  throw new HttpError('cut', 'the connection ended')
}

function withoutRanges(honest: HttpHandler): HttpHandler {
  return (request, signal) => honest({ ...request, headers: { ...request.headers, range: '' } }, signal)
}
