import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { problemStatus } from '@windlass/wire/operator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import type { Guard } from './guard.ts'

export interface ConsoleOptions {
  /** Where the built console lies, null for nowhere. It is read once; without it browsers are told so. */
  folder: string | null
  /** What stands before the addresses of its pages and files. */
  base: string
  guard: Pick<Guard, 'checkNames'>
  /** What everyone but a browser is told at `/`. */
  welcome: string
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

// Nothing of another host, nothing inline, in nobody's frame.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The addresses of the console's pages (operator/web/app/routes.tsx), each with those below it. */
const pages = [
  '/devices',
  '/units',
  '/claims',
  '/groups',
  '/packages',
  '/releases',
  '/rollouts',
  '/unit-rollouts',
  '/activity',
  '/audit',
  '/settings',
  '/projects',
]

const notBuilt = 'The console is not built: `npm run console` builds it, then start the fleet anew.\n'

/** Serves the built console to browsers; its files have their digest in their names and may be kept for ever. */
export function consoleRoutes(app: FastifyInstance, { folder, base, guard, welcome }: ConsoleOptions): void {
  const page = folder === null ? null : pageIn(folder, base)
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof FleetError)) throw error
    return reply.code(problemStatus[error.code]).type('text/plain; charset=utf-8').send(`${error.message}\n`)
  })
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    // A link from another page brings its origin along, and may.
    guard.checkNames({ headers: { host: request.headers.host } })
    guarded(reply).header('cache-control', 'no-cache')
    return page ? reply.type('text/html; charset=utf-8').send(page) : reply.code(503).type('text/plain').send(notBuilt)
  }
  app.get('/', (request, reply) => {
    reply.header('vary', 'accept')
    return wantsPage(request) ? answer(request, reply) : reply.type('text/plain; charset=utf-8').send(welcome)
  })
  for (const path of pages) {
    app.get(path, answer)
    app.get(`${path}/:id`, answer)
  }
  for (const [name, content] of page && folder !== null ? assets(folder) : [])
    app.get(`/assets/${name}`, (_request, reply) =>
      guarded(reply)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .type(types[extname(name)] ?? 'application/octet-stream')
        .send(content),
    )
}

function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') ?? false
}

function guarded(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', policy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
}

function assets(folder: string): Map<string, Buffer> {
  const below = join(folder, 'assets')
  return new Map(readdirSync(below).map((name) => [name, readFileSync(join(below, name))]))
}

/** The build names its files from where the page lies; a page deeper down would look for them there. */
function pageIn(folder: string, base: string): string | null {
  try {
    return readFileSync(join(folder, 'index.html'), 'utf8').replaceAll('"./assets/', `"${base}/assets/`)
  } catch {
    return null
  }
}
