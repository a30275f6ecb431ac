import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import { type Caller, reachOfCaller } from '../../people/caller.ts'
import { type Reach, reaches } from '../../people/roles.ts'
import type { Store } from '../../store/store.ts'
import { type Guard, roleMissing } from './guard.ts'
import { type Right, ruleOf } from './permissions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler of the operator API runs, but for open routes. */
    caller: Caller | null
  }
}

type Things = Pick<Store, 'known' | 'rollout' | 'package'>

/** Lets only those reach the routes of this scope who may, by permissions.ts. Goes before the routes. */
export function authorize(api: FastifyInstance, { guard, store }: { guard: Guard; store: Things }): void {
  api.decorateRequest('caller', null)
  api.addHook('onRoute', ({ method, url }) => {
    // Fails the start, not the request.
    for (const each of [method].flat()) ruleOf(each, url)
  })
  // Before a body is read.
  api.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions
    const rule = url === undefined ? 'own' : ruleOf(request.method, url)
    if (rule === 'open') return guard.checkNames(request)
    const caller = await guard.caller(request)
    request.caller = caller
    if (rule !== 'own') checkRole(caller, rule)
  })
  api.addHook('preHandler', async (request) => {
    const { url } = request.routeOptions
    const rule = url === undefined ? 'own' : ruleOf(request.method, url)
    if (typeof rule === 'object') await checkThing(request, rule, store)
  })
}

/** Who calls a route that is not open. */
export function callerIn({ caller }: Pick<FastifyRequest, 'caller'>): Caller {
  if (!caller) throw new Error('expected a route that wants a sign-in, got an open one')
  return caller
}

/** What the caller may see: lists show no more. */
export function seenBy(request: Pick<FastifyRequest, 'caller'>): Reach {
  return reachOfCaller(callerIn(request), 'read')
}

/** The products of which the caller may see devices; undefined: all. */
export function productsSeen(request: Pick<FastifyRequest, 'caller'>): string[] | undefined {
  const reach = seenBy(request)
  return reach === 'everywhere' ? undefined : [...reach]
}

function checkRole(caller: Caller, { needs, over }: Right): void {
  const reach = reachOfCaller(caller, needs)
  if (reach === 'everywhere' || (over !== 'fleet' && reach.size > 0)) return
  throw roleMissing(needs, 'fleet')
}

/** What one may not see is not there; for what one sees and may not do, the role is missing. */
async function checkThing(request: FastifyRequest, { needs, over }: Right, store: Things): Promise<void> {
  if (over === 'fleet' || over === 'listed') return
  const doing = reachOfCaller(callerIn(request), needs)
  if (doing === 'everywhere') return
  const { code, name, product } = await productOf(over, request as Named, store)
  if (product === undefined) return
  if (!reaches(seenBy(request), product)) throw new FleetError(code, `expected a ${over} of this fleet, got ${name}`)
  if (!reaches(doing, product)) throw roleMissing(needs, over)
}

/** As the schemas of the routes have it. */
interface Named {
  params: { id: string | number; uid: string }
  body: { package: string }
}

async function productOf(over: 'device' | 'rollout' | 'package' | 'order', { params, body }: Named, store: Things) {
  switch (over) {
    case 'device': {
      const known = await store.known(String(params.id))
      return { code: 'device_unknown', name: params.id, product: known?.device.product } as const
    }
    case 'rollout': {
      const rollout = await store.rollout(Number(params.id))
      return { code: 'rollout_unknown', name: params.id, product: rollout?.product } as const
    }
    case 'package':
    case 'order': {
      const uid = over === 'package' ? params.uid : body.package
      return { code: 'package_unknown', name: uid, product: (await store.package(uid))?.product } as const
    }
  }
}

/** Who has a name says yes in that name alone. @throws FleetError `role_missing` */
export function inOwnName({ user }: Caller, by: string): string {
  if (user === null || user === by) return by
  throw new FleetError('role_missing', `expected a yes in one's own name, ${user}, got one of ${by}`)
}
