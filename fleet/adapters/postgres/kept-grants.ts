import type { Role } from '@windlass/wire/operator'
import type { Grant } from '../../people/records.ts'

/** As `grants` has them; `product` null: over the whole fleet. Every version reads this column. */
export interface KeptGrant {
  role: Role
  product: string | null
}
/** As `group_grants` has them. */
export interface KeptGroupGrant {
  role: Role
  group: string
}

export function grantsOf(kept: { grants: readonly KeptGrant[]; group_grants: readonly KeptGroupGrant[] }): Grant[] {
  return [
    ...kept.grants.map(({ role, product }): Grant => ({ role, over: product === null ? 'fleet' : { product } })),
    ...kept.group_grants.map(({ role, group }): Grant => ({ role, over: { group } })),
  ]
}

/** As the columns take them. */
export function keptGrants(all: readonly Grant[]): { grants: string; group_grants: string } {
  const grants: KeptGrant[] = []
  const groupGrants: KeptGroupGrant[] = []
  for (const { role, over } of all) {
    if (over === 'fleet') grants.push({ role, product: null })
    else if ('product' in over) grants.push({ role, ...over })
    else groupGrants.push({ role, ...over })
  }
  return { grants: JSON.stringify(grants), group_grants: JSON.stringify(groupGrants) }
}
