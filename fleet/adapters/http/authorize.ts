import type { ProblemCode } from '@windlass/wire/operator'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'
import type { Within } from '../../groups/extent.ts'
import { type Caller, reachOfCaller } from '../../people/caller.ts'
import { isNowhere, type Permission } from '../../people/roles.ts'
import { isSeen, isWhollyWithin } from '../../rollout/within.ts'
import type { Store } from '../../store/store.ts'
import { type Guard, roleMissing } from './guard.ts'
import { type Right, ruleOf } from './permissions.ts'
import { productsWithin, withinFor } from './sight.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler of the operator API runs, but for open routes. */
    caller: Caller | null
  }
}

type Things = Pick<Store, 'rollout' | 'package' | 'counts' | 'countDevices' | 'deviceIds' | 'groupHeads' | 'productsOf'>

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

function checkRole(caller: Caller, { needs, over }: Right): void {
  const reach = reachOfCaller(caller, needs)
  if (reach === 'everywhere' || (over !== 'fleet' && !isNowhere(reach))) return
  throw roleMissing(needs, 'fleet')
}

/** What one may not see is not there; for what one sees and may not do, the role is missing. */
async function checkThing(request: FastifyRequest, { needs, over }: Right, store: Things): Promise<void> {
  if (over === 'fleet' || over === 'listed') return
  const doing = await withinFor(request, store, needs)
  if (doing === undefined) return
  const { code, name, isIn } = await thingIn(over, request as Named, store)
  const seen = needs === 'read' ? doing : await withinFor(request, store, 'read')
  if (!(await isIn(seen, 'read'))) throw new FleetError(code, `expected a ${over} of this fleet, got ${name}`)
  if (needs !== 'read' && !(await isIn(doing, needs))) throw roleMissing(needs, over)
}

/** As the schemas of the routes have it. */
interface Named {
  params: { id: string | number; uid: string }
  body: { package: string }
}

/** What a request names. `isIn`: whether it is there, and one may do this with it who may so far. */
interface Thing {
  code: ProblemCode
  name: string | number
  isIn(within: Within, needs: Permission): Promise<boolean>
}

async function thingIn(
  over: 'device' | 'rollout' | 'package' | 'order',
  { params, body }: Named,
  store: Things,
): Promise<Thing> {
  switch (over) {
    case 'device': {
      const devices = [String(params.id)]
      const isIn = async (within: Within) => (await store.countDevices({ devices, within })) > 0
      return { code: 'device_unknown', name: params.id, isIn }
    }
    case 'rollout': {
      const rollout = await store.rollout(Number(params.id))
      const isIn = async (within: Within, needs: Permission) =>
        rollout !== undefined && (needs === 'read' ? isSeen : isWhollyWithin)(store, rollout, within)
      return { code: 'rollout_unknown', name: params.id, isIn }
    }
    case 'package':
    case 'order': {
      const uid = over === 'package' ? params.uid : body.package
      const product = (await store.package(uid))?.product
      const isIn = async (within: Within) =>
        product !== undefined && (await productsWithin(store, [product], within)).length > 0
      return { code: 'package_unknown', name: uid, isIn }
    }
  }
}

/** Who has a name says yes in that name alone. @throws FleetError `role_missing` */
export function inOwnName({ user }: Caller, by: string): string {
  if (user === null || user === by) return by
  throw new FleetError('role_missing', `expected a yes in one's own name, ${user}, got one of ${by}`)
}
