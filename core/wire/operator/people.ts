import * as z from 'zod'
import { digest, moment } from './common.ts'
import { groupName } from './group.ts'

/** `viewer` reads, `operator` also publishes and rolls out, `approver` reads and approves, `admin` does everything. */
export const role = z.enum(['viewer', 'operator', 'approver', 'admin'])
export type Role = z.infer<typeof role>

/** A role over the whole fleet; with `product` or `group` over the devices of that product, or in that group, alone. */
export const grant = z
  .strictObject({ role, product: digest.optional(), group: groupName.optional() })
  .refine(
    ({ product, group }) => product === undefined || group === undefined,
    'expected a product or a group, got both',
  )
export type GrantRecord = z.infer<typeof grant>
const grants = z.array(grant).min(1).max(100)

/** Names of users and tokens. */
export const personName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/,
    'expected up to 64 of letters, digits and . _ @ + -, a letter or digit first',
  )
const password = z.string().min(12).max(200)

/** `GET /users`. `signsIn`: by a password kept here, or by the OpenID provider. `lockedUntil`: after wrong passwords. */
export const userRecord = z.object({
  name: personName,
  grants: z.array(grant),
  signsIn: z.enum(['password', 'openid']),
  createdAt: moment,
  lastSignIn: moment.nullable(),
  lockedUntil: moment.nullable(),
})
export type UserRecord = z.infer<typeof userRecord>
export const userList = z.object({ users: z.array(userRecord) })

/** `POST /users`. Without a password the fleet makes one, which the answer shows this once. */
export const userOrder = z.strictObject({ name: personName, grants, password: password.optional() })
export type UserOrder = z.infer<typeof userOrder>
export const newUserRecord = userRecord.extend({ password: z.string().nullable() })
export type NewUserRecord = z.infer<typeof newUserRecord>

/** `PUT /users/:name/grants`: all of them anew. */
export const grantsOrder = z.strictObject({ grants })

/** `PUT /users/:name/password`. Without one the fleet makes one. Ends every session of the user. */
export const passwordOrder = z.strictObject({ password: password.optional() })
export const passwordRecord = z.object({ password: z.string().nullable() })

/** `GET /tokens`. `madeBy` null: by nobody who has a name here. Never the token itself: only its digest is kept. */
export const tokenRecord = z.object({
  id: z.int(),
  name: personName,
  grants: z.array(grant),
  madeBy: personName.nullable(),
  createdAt: moment,
  expiresAt: moment.nullable(),
  lastUsed: moment.nullable(),
  withdrawnAt: moment.nullable(),
})
export type TokenRecord = z.infer<typeof tokenRecord>
export const tokenList = z.object({ tokens: z.array(tokenRecord) })

/** `POST /tokens`. A user gives no more than he has. `days`: how long it holds; absent for ever. */
export const tokenOrder = z.strictObject({ name: personName, grants, days: z.int().min(1).max(3650).optional() })
export type TokenOrder = z.infer<typeof tokenOrder>
/** The token is shown this once. */
export const newTokenRecord = tokenRecord.extend({ token: z.string() })
export type NewTokenRecord = z.infer<typeof newTokenRecord>

/** `POST /session`: sign in. The session comes as a cookie that no script can read. */
export const signInOrder = z.strictObject({ name: z.string().max(200), password: z.string().max(200) })

/** `GET /session/ways`: how one can sign in. `openid`: at `/api/v1/session/openid`, through the provider. */
export const signInWays = z.object({ password: z.literal(true), openid: z.boolean() })
export type SignInWays = z.infer<typeof signInWays>

/** `GET /session`: as whom one is known. `anyone`: the fleet is on loopback and has no user yet. */
export const sessionRecord = z.object({
  kind: z.enum(['user', 'token', 'operator_token', 'anyone']),
  name: z.string(),
  grants: z.array(grant),
})
export type SessionRecord = z.infer<typeof sessionRecord>
