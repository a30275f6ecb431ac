import type { HttpHandler, HttpHeaders } from '@windlass/platform'

/** What a web page, or a program, tries at the agent's local API. Resolves to the statuses of its requests. */
export interface ApiAttack {
  name: string
  /** Each of the answers must be one of these. */
  answers: readonly number[]
  run: (api: HttpHandler) => Promise<number[]>
}

const order = { method: 'POST', path: '/local_install', body: '{"file":"/tmp/evil.uhupkg"}' }

async function send(api: HttpHandler, headers: HttpHeaders, { method, path, body } = order): Promise<number> {
  const request = { method, path, query: new URLSearchParams(), headers, body: Buffer.from(body) }
  return (await api(request, new AbortController().signal)).status
}

const floodSize = 5_000

export const apiAttacks: readonly ApiAttack[] = [
  {
    name: 'DNS rebinding',
    answers: [403],
    run: async (api) => [
      await send(api, { host: 'evil.example:8080' }),
      await send(api, { host: 'localhost.evil.example' }),
    ],
  },
  {
    name: 'cross-site request',
    answers: [403],
    run: async (api) => [
      await send(api, { host: 'localhost:8080', origin: 'http://evil.example' }),
      await send(api, { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' }),
      await send(api, { host: 'localhost:8080', origin: 'null' }),
    ],
  },
  {
    name: 'form that a browser sends without asking',
    answers: [415],
    run: async (api) => [await send(api, { host: 'localhost:8080', 'content-type': 'text/plain' })],
  },
  {
    name: 'flood of requests',
    answers: [400, 404],
    run: (api) => {
      const bad = { ...order, body: '{"file":' }
      const lost = { ...order, path: '/nowhere' }
      const all = Array.from({ length: floodSize }, (_, at) =>
        send(api, { host: 'localhost:8080' }, at % 2 ? bad : lost),
      )
      return Promise.all(all)
    },
  },
]
