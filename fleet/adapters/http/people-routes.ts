import {
  grantsOrder,
  newTokenRecord,
  newUserRecord,
  passwordOrder,
  passwordRecord,
  personName,
  tokenList,
  tokenOrder,
  userList,
  userOrder,
  userRecord,
} from '@windlass/wire/operator'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { reachOfCaller } from '../../people/caller.ts'
import {
  addToken,
  addUser,
  type PeoplePorts,
  removeUser,
  setGrants,
  setPassword,
  tokensFor,
  withdrawToken,
} from '../../people/people.ts'
import { grantIn } from '../../people/records.ts'
import { encodeToken, encodeUser } from './encode-people.ts'
import { roleMissing } from './guard.ts'
import { callerIn } from './sight.ts'
import { type Api, byNumber, typed } from './typed-api.ts'

const byName = z.object({ name: personName })

/** Users and API tokens, below `/api/v1`. */
export function peopleRoutes(app: FastifyInstance, ports: PeoplePorts): void {
  const api = typed(app)
  userRoutes(api, ports)
  tokenRoutes(api, ports)
}

function userRoutes(api: Api, ports: PeoplePorts): void {
  api.get('/users', { schema: { response: { 200: userList } } }, async () => ({
    users: (await ports.store.users()).map(encodeUser),
  }))
  const adding = { body: userOrder, response: { 201: newUserRecord } }
  api.post('/users', { schema: adding }, async ({ body }, reply) => {
    const { user, password } = await addUser(ports, { ...body, grants: body.grants.map(grantIn) })
    return reply.code(201).send({ ...encodeUser(user), password })
  })
  const granting = { params: byName, body: grantsOrder, response: { 200: userRecord } }
  api.put('/users/:name/grants', { schema: granting }, async ({ params: { name }, body }) =>
    encodeUser(await setGrants(ports, name, body.grants.map(grantIn))),
  )
  const changing = { params: byName, body: passwordOrder, response: { 200: passwordRecord } }
  api.put('/users/:name/password', { schema: changing }, async (request) => {
    const { name } = request.params
    const caller = callerIn(request)
    // One's own: in a session, which the new password ends like all others. No token may lock its maker out.
    const isOwn = caller.kind === 'user' && caller.name === name
    if (!isOwn && reachOfCaller(caller, 'administer') !== 'everywhere') throw roleMissing('administer', 'user')
    return { password: await setPassword(ports, name, request.body.password) }
  })
  api.delete('/users/:name', { schema: { params: byName } }, async ({ params: { name } }, reply) => {
    await removeUser(ports, name)
    return reply.code(204).send()
  })
}

function tokenRoutes(api: Api, ports: PeoplePorts): void {
  api.get('/tokens', { schema: { response: { 200: tokenList } } }, async (request) => ({
    tokens: (await tokensFor(ports, callerIn(request))).map(encodeToken),
  }))
  const adding = { body: tokenOrder, response: { 201: newTokenRecord } }
  api.post('/tokens', { schema: adding }, async (request, reply) => {
    const order = { ...request.body, grants: request.body.grants.map(grantIn) }
    const { token, text } = await addToken(ports, callerIn(request), order)
    return reply.code(201).send({ ...encodeToken(token), token: text })
  })
  api.delete('/tokens/:id', { schema: { params: byNumber } }, async (request, reply) => {
    await withdrawToken(ports, callerIn(request), request.params.id)
    return reply.code(204).send()
  })
}
