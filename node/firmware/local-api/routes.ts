import type { HttpHandler, HttpRequest, HttpResponse } from '@windlass/platform'
import { guarded } from './guard.ts'
import { downloadNow, putHold, releaseHold, showHold } from './holding.ts'
import { info } from './info.ts'
import type { ApiPorts } from './ports.ts'
import { json, text } from './reply.ts'
import { abortDownload, localInstall, probe, remoteInstall } from './requests.ts'
import { status } from './status.ts'

type Route = (request: HttpRequest, p: ApiPorts, signal: AbortSignal) => HttpResponse | Promise<HttpResponse>

/** UpdateHub's six endpoints (updatehub.md 1.2), and ours. */
const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/info': { GET: (_, p) => json(200, info(p)) },
  '/log': { GET: (_, p) => json(200, p.log.toDocument()) },
  '/probe': { POST: probe },
  '/local_install': { POST: localInstall },
  '/remote_install': { POST: remoteInstall },
  '/update/download/abort': { POST: (_, p) => abortDownload(p) },
  '/windlass/status': { GET: async (_, p) => json(200, await status(p)) },
  '/windlass/hold': { GET: (_, p) => showHold(p), PUT: putHold, DELETE: (_, p) => releaseHold(p) },
  '/windlass/download': { POST: (_, p) => downloadNow(p) },
}

/** The agent's local API over TCP, where browsers can reach it. */
export function localApi(p: ApiPorts): HttpHandler {
  return guarded(routed(p))
}

/** The same for whoever may open its socket. Unknown paths are 404, known ones with another method 405 (decision D16). */
export function routed(p: ApiPorts): HttpHandler {
  return async (request, signal) => {
    const route = routes[request.path] ?? routes[prefix(request.path)]
    if (!route) return text(404, `no such path: ${request.path}`)
    const answer = route[request.method]
    if (!answer) return text(405, `expected ${Object.keys(route).join(', ')}, got ${request.method}`)
    return answer(request, p, signal)
  }
}

/** `/info/anything` reaches `/info`, as in UpdateHub's router. */
function prefix(path: string): string {
  return `/${path.split('/')[1] ?? ''}`
}
