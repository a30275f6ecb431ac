import type { Permission } from '../../people/roles.ts'

/**
 * What one must be allowed to use a route, and over what. `fleet`: the whole of it. `listed`: any part; the route shows no more
 * than that, and changes no more. `device`, `rollout`, `package`: what its address names. `order`: the package that its body names.
 */
export interface Right {
  needs: Permission
  over: 'fleet' | 'listed' | 'device' | 'rollout' | 'package' | 'order'
}
/** `open`: no sign-in. `own`: any sign-in; the route itself sees to it that one reaches only what is one's own. */
type Rule = Right | 'open' | 'own'

const right = (needs: Permission, over: Right['over']): Right => ({ needs, over })

/** Every route of the operator API. One that is not here does not start. */
const rules: Readonly<Record<string, Rule>> = {
  'GET /openapi.json': 'own',
  'GET /health': 'own',
  'GET /events': right('read', 'listed'),

  'POST /session': 'open',
  'GET /session': 'own',
  'GET /session/ways': 'open',
  'GET /session/openid': 'open',
  'GET /session/openid/callback': 'open',
  'DELETE /session': 'open',
  'GET /users': right('administer', 'fleet'),
  'POST /users': right('administer', 'fleet'),
  'PUT /users/:name/grants': right('administer', 'fleet'),
  'PUT /users/:name/password': 'own',
  'DELETE /users/:name': right('administer', 'fleet'),
  'GET /packagers': right('administer', 'fleet'),
  'POST /packagers': right('administer', 'fleet'),
  'DELETE /packagers/:id': right('administer', 'fleet'),
  'GET /webhooks': right('administer', 'fleet'),
  'POST /webhooks': right('administer', 'fleet'),
  'DELETE /webhooks/:id': right('administer', 'fleet'),
  'GET /webhooks/:id/deliveries': right('administer', 'fleet'),
  'POST /webhooks/:id/test': right('administer', 'fleet'),
  'GET /audit': right('administer', 'fleet'),
  'GET /audit/check': right('administer', 'fleet'),
  'GET /projects': right('host', 'fleet'),
  'POST /projects': right('host', 'fleet'),
  'POST /projects/:name/token': right('host', 'fleet'),
  'DELETE /projects/:name': right('host', 'fleet'),
  'GET /tokens': 'own',
  'POST /tokens': 'own',
  'DELETE /tokens/:id': 'own',

  'POST /packages': right('publish', 'fleet'),
  'GET /packages': right('read', 'listed'),
  'GET /packages/:uid': right('read', 'package'),
  'DELETE /packages/:uid': right('publish', 'fleet'),
  'PUT /packages/:uid/rule': right('publish', 'fleet'),
  'POST /rollouts': right('operate', 'order'),
  'POST /rollouts/forecast': right('operate', 'order'),
  'GET /rollouts': right('read', 'listed'),
  'GET /rollouts/:id': right('read', 'rollout'),
  'POST /rollouts/:id/pause': right('operate', 'rollout'),
  'POST /rollouts/:id/resume': right('operate', 'rollout'),
  'POST /rollouts/:id/abort': right('operate', 'rollout'),
  'POST /rollouts/:id/roll-back': right('operate', 'rollout'),
  'POST /rollouts/:id/approve': right('approve', 'rollout'),
  'GET /devices': right('read', 'listed'),
  'GET /devices/:id': right('read', 'device'),
  'GET /devices/:id/history': right('read', 'device'),
  'POST /devices/:id/retry': right('operate', 'device'),

  'GET /groups': right('read', 'listed'),
  'POST /groups': right('operate', 'fleet'),
  'GET /groups/:name': right('read', 'listed'),
  'PUT /groups/:name': right('operate', 'fleet'),
  'DELETE /groups/:name': right('operate', 'fleet'),
  'POST /devices/labels': right('operate', 'listed'),
  'POST /devices/import': right('operate', 'fleet'),
  'POST /devices/:id/decommission': right('operate', 'device'),
  'POST /devices/:id/recommission': right('operate', 'device'),
  'GET /devices/count': right('read', 'listed'),
  'GET /devices/counts': right('read', 'listed'),
  'PATCH /devices/:id/labels': right('operate', 'device'),

  'HEAD /blobs/:digest': right('publish', 'fleet'),
  'PUT /blobs/:digest': right('publish', 'fleet'),
  'GET /items': right('read', 'fleet'),
  'POST /items': right('publish', 'fleet'),
  'POST /items/pull': right('publish', 'fleet'),
  'GET /releases': right('read', 'fleet'),
  'POST /releases': right('publish', 'fleet'),
  'GET /releases/:id': right('read', 'fleet'),
  'GET /claims': right('read', 'fleet'),
  'POST /claims': right('operate', 'fleet'),
  'DELETE /claims/:id': right('operate', 'fleet'),
  'GET /unit-groups': right('read', 'fleet'),
  'POST /unit-groups': right('operate', 'fleet'),
  'GET /unit-groups/:name': right('read', 'fleet'),
  'PUT /unit-groups/:name': right('operate', 'fleet'),
  'DELETE /unit-groups/:name': right('operate', 'fleet'),
  'GET /units/count': right('read', 'fleet'),
  'GET /units/counts': right('read', 'fleet'),
  'POST /units/labels': right('operate', 'fleet'),
  'PATCH /units/:id/labels': right('operate', 'fleet'),
  'GET /units': right('read', 'fleet'),
  'GET /units/:id': right('read', 'fleet'),
  'PUT /units/:id/release': right('operate', 'fleet'),
  'POST /unit-rollouts': right('operate', 'fleet'),
  'POST /unit-rollouts/forecast': right('operate', 'fleet'),
  'GET /unit-rollouts': right('read', 'fleet'),
  'GET /unit-rollouts/:id': right('read', 'fleet'),
  'POST /unit-rollouts/:id/pause': right('operate', 'fleet'),
  'POST /unit-rollouts/:id/resume': right('operate', 'fleet'),
  'POST /unit-rollouts/:id/abort': right('operate', 'fleet'),
  'POST /unit-rollouts/:id/take-back': right('operate', 'fleet'),
  'POST /unit-rollouts/:id/approve': right('approve', 'fleet'),
  'POST /units/:id/revocation': right('operate', 'fleet'),
  'GET /units/:id/alerts': right('read', 'fleet'),
  'GET /units/:id/monitoring': right('read', 'fleet'),
  'GET /units/:id/logs': right('read', 'fleet'),
  'POST /units/:id/logs': right('operate', 'fleet'),
  'GET /units/:id/env': right('read', 'fleet'),
  'PUT /units/:id/env': right('operate', 'fleet'),
}

/** `GET /devices/:id`, and so on. */
export const allRoutes: readonly string[] = Object.keys(rules)

/** `url` as the route was given, with or without `/api/v1`. */
export function ruleOf(method: string, url: string): Rule {
  const route = `${method} ${url.replace(/^\/api\/v1/, '')}`
  const rule = rules[route]
  if (rule === undefined) throw new Error(`${route} needs a line in permissions.ts: who may use it, over what?`)
  return rule
}

/** As the OpenAPI document says it: `operate over rollout`, `open`, `own`. */
export function ruleText(rule: Rule): string {
  return typeof rule === 'string' ? rule : `${rule.needs} over ${rule.over}`
}
