import type { HttpHandler, HttpRequest, HttpResponse } from '@windlass/platform'
import { guarded } from './guard.ts'
import { info } from './info.ts'
import type { ApiPorts } from './ports.ts'
import { json, text } from './reply.ts'
import { abortDownload, localInstall, probe, remoteInstall } from './requests.ts'
import { status } from './status.ts'

type Route = (request: HttpRequest, p: ApiPorts, signal: AbortSignal) => HttpResponse | Promise<HttpResponse>

/** UpdateHub's six endpoints (updatehub.md 1.2), and one of ours. */
const routes: Readonly<Record<string, { method: string; answer: Route }>> = {
  '/info': { method: 'GET', answer: (_, p) => json(200, info(p)) },
  '/log': { method: 'GET', answer: (_, p) => json(200, p.log.toDocument()) },
  '/probe': { method: 'POST', answer: probe },
  '/local_install': { method: 'POST', answer: localInstall },
  '/remote_install': { method: 'POST', answer: remoteInstall },
  '/update/download/abort': { method: 'POST', answer: (_, p) => abortDownload(p) },
  '/windlass/status': { method: 'GET', answer: (_, p) => json(200, status(p)) },
}

/** The agent's local API. Unknown paths are 404, known ones with another method 405 (decision D16). */
export function localApi(p: ApiPorts): HttpHandler {
  return guarded(async (request, signal) => {
    const route = routes[request.path] ?? routes[prefix(request.path)]
    if (!route) return text(404, `no such path: ${request.path}`)
    if (route.method !== request.method) return text(405, `expected ${route.method}, got ${request.method}`)
    return route.answer(request, p, signal)
  })
}

/** `/info/anything` reaches `/info`, as in UpdateHub's router. */
function prefix(path: string): string {
  return `/${path.split('/')[1] ?? ''}`
}
