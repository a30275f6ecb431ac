import { type ClaimStanding, claimId, claimList, claimOrder, claimRecord } from '@windlass/wire/operator'
import * as z from 'zod'
import { type ClaimPorts, newClaim, claimId as shortOf, withdrawClaim } from '../../identity/claims.ts'
import { claimState, usesLeft } from '../../units/judge-claim.ts'
import type { Claim } from '../../units/records.ts'
import type { UnitStore } from '../../units/unit-store.ts'
import { moment } from './encode.ts'
import type { Api } from './typed-api.ts'

/** Rights of units to enrol, below `/api/v1`. */
export function claimRoutes(api: Api, { store, claims }: { store: UnitStore; claims: ClaimPorts }): void {
  const claiming = { body: claimOrder, response: { 201: claimRecord } }
  api.post('/claims', { schema: claiming }, async ({ body }, reply) => {
    const { systemId = null, uses = 1, expiresAt = null } = body
    const end = expiresAt === null ? null : Date.parse(expiresAt)
    const { token, ...claim } = await newClaim(claims, { systemId, uses, expiresAt: end })
    return reply.code(201).send({ ...encodeClaim(claim, claims.now()), token })
  })
  api.get('/claims', { schema: { response: { 200: claimList } } }, async () => ({
    claims: (await store.claims()).map((claim) => encodeClaim(claim, claims.now())),
  }))
  api.delete('/claims/:id', { schema: { params: z.object({ id: claimId }) } }, async ({ params: { id } }, reply) => {
    await withdrawClaim(claims, id)
    return reply.code(204).send()
  })
}

function encodeClaim(claim: Claim, now: number): ClaimStanding {
  const { tokenHash, systemId, createdAt, uses, usedBy, expiresAt } = claim
  return {
    id: shortOf(tokenHash),
    systemId,
    state: claimState(claim, now),
    uses,
    usesLeft: usesLeft(claim),
    usedBy: [...usedBy],
    createdAt: moment(createdAt),
    expiresAt: expiresAt === null ? null : moment(expiresAt),
  }
}
