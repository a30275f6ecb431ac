import type { AuditRecord } from '@windlass/wire/operator'

/** What was done, in words; what has none here is told by its route. */
const texts: Readonly<Record<string, string>> = {
  'POST /session': 'signed in',
  'DELETE /session': 'signed out',
  'GET /session/openid/callback': 'signed in through the provider',
  'POST /users': 'added a user',
  'DELETE /users/:name': 'removed a user',
  'PUT /users/:name/grants': "set a user's roles",
  'PUT /users/:name/password': 'set a password',
  'POST /tokens': 'made a token',
  'DELETE /tokens/:id': 'withdrew a token',
  'POST /packagers': 'let a packager push',
  'DELETE /packagers/:id': 'removed a packager',
  'POST /webhooks': 'added a webhook',
  'DELETE /webhooks/:id': 'removed a webhook',
  'POST /webhooks/:id/test': 'tested a webhook',
  'POST /packages': 'published a package',
  'PUT /uhu/packages/:uid/finish': 'pushed a package',
  'DELETE /packages/:uid': 'removed a package',
  'PUT /packages/:uid/rule': "set a package's rule",
  'PUT /blobs/:digest': 'uploaded a blob',
  'POST /items': 'added an item',
  'POST /releases': 'made a release',
  'POST /rollouts': 'started a rollout',
  'POST /rollouts/:id/pause': 'paused a rollout',
  'POST /rollouts/:id/resume': 'resumed a rollout',
  'POST /rollouts/:id/abort': 'aborted a rollout',
  'POST /rollouts/:id/approve': 'approved a phase',
  'POST /rollouts/:id/roll-back': 'rolled a rollout back',
  'POST /unit-rollouts': 'started a rollout of a release',
  'POST /unit-rollouts/:id/pause': 'paused a rollout of a release',
  'POST /unit-rollouts/:id/resume': 'resumed a rollout of a release',
  'POST /unit-rollouts/:id/abort': 'aborted a rollout of a release',
  'POST /unit-rollouts/:id/approve': 'approved a phase of a release',
  'POST /unit-rollouts/:id/take-back': 'took a release back',
  'POST /devices/import': 'imported devices',
  'POST /devices/labels': 'labelled devices',
  'PATCH /devices/:id/labels': 'labelled a device',
  'POST /devices/:id/retry': 'let a device try once more',
  'POST /devices/:id/decommission': 'took a device out of service',
  'POST /devices/:id/recommission': 'took a device into service again',
  'POST /groups': 'made a group',
  'PUT /groups/:name': 'changed a group',
  'DELETE /groups/:name': 'removed a group',
  'POST /unit-groups': 'made a group of units',
  'PUT /unit-groups/:name': 'changed a group of units',
  'DELETE /unit-groups/:name': 'removed a group of units',
  'POST /units/labels': 'labelled units',
  'PATCH /units/:id/labels': 'labelled a unit',
  'POST /claims': 'made a claim for units',
  'DELETE /claims/:id': 'withdrew a claim',
  'POST /projects': 'made a project',
  'POST /projects/:name/token': "took an admin's token of a project",
  'DELETE /projects/:name': 'removed a project',
  'POST /items/pull': 'pulled an image',
  'PUT /units/:id/release': 'gave a unit a release',
  'POST /units/:id/revocation': 'revoked a unit',
  'POST /units/:id/logs': "asked for a unit's log",
  'PUT /units/:id/env': "set a unit's variables",
}

export function deedText(action: string): string {
  return texts[action] ?? action
}

/** What an entry is about: a page of the console where there is one, and what it is called there. */
export type About = { page: 'device' | 'unit' | 'rollout' | 'unit rollout'; id: string } | { page: null; id: string }

const deeds = new Set(['units/labels', 'devices/labels', 'devices/import', 'items/pull'].map((one) => `/api/v1/${one}`))

export function aboutOf({ target, made }: Pick<AuditRecord, 'target' | 'made'>): About {
  const [, kind = '', named] = /^\/api\/v1\/([^/]+)(?:\/([^/]+))?/.exec(target) ?? []
  // Some addresses name nothing but what is done to many.
  const isDeed = deeds.has(target)
  const id = named === undefined || isDeed ? made : decodeURIComponent(named)
  if (id === null) return { page: null, id: '' }
  if (kind === 'rollouts') return { page: 'rollout', id }
  if (kind === 'unit-rollouts') return { page: 'unit rollout', id }
  if (kind === 'units') return { page: 'unit', id }
  if (kind !== 'devices') return { page: null, id }
  return { page: 'device', id }
}
