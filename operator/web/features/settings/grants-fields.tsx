import { useQuery } from '@tanstack/react-query'
import type { GrantRecord, Role } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'

/** What each role may, in the order of how much. */
export const roles: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  operator: 'publishes and rolls out',
  approver: 'reads and approves',
  admin: 'does everything',
}

export function grantText({ role, product, group }: GrantRecord): string {
  if (group !== undefined) return `${role} of group ${group}`
  return product === undefined ? role : `${role} of product ${product.slice(0, 8)}`
}

interface Given {
  grant: GrantRecord
  onChange: (grant: GrantRecord) => void
}

/** A role, over the whole fleet, the devices of one product, or those in one group. */
export function GrantFields({ grant, onChange }: Given) {
  const { client } = useFleet()
  const groups = useQuery(ask.groups(client))
  const { role, product, group } = grant
  return (
    <div className="fields">
      <label>
        Role
        <select value={role} onChange={(event) => onChange({ ...grant, role: event.target.value as Role })}>
          {Object.entries(roles).map(([name, may]) => (
            <option key={name} value={name}>
              {name}: {may}
            </option>
          ))}
        </select>
      </label>
      <label>
        Only in this group of devices
        <select
          value={group ?? ''}
          disabled={product !== undefined}
          onChange={({ target: { value } }) => onChange({ role, ...(value && { group: value }) })}
        >
          <option value="">the whole fleet</option>
          {groups.data?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        Only of this product
        <input
          value={product ?? ''}
          disabled={group !== undefined}
          placeholder="the whole fleet"
          pattern="[a-f0-9]{64}"
          title="the product's uid, 64 hexadecimal digits"
          onChange={({ target: { value } }) => onChange({ role, ...(value && { product: value }) })}
        />
      </label>
    </div>
  )
}
