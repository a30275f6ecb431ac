import type { GrantRecord, Role } from '@windlass/wire/operator'

/** What each role may, in the order of how much. */
export const roles: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  operator: 'publishes and rolls out',
  approver: 'reads and approves',
  admin: 'does everything',
}

export function grantText({ role, product }: GrantRecord): string {
  return product === undefined ? role : `${role} of product ${product.slice(0, 8)}`
}

interface Given {
  grant: GrantRecord
  onChange: (grant: GrantRecord) => void
}

/** A role, over the whole fleet or over the devices of one product. */
export function GrantFields({ grant, onChange }: Given) {
  return (
    <div className="fields">
      <label>
        Role
        <select value={grant.role} onChange={(event) => onChange({ ...grant, role: event.target.value as Role })}>
          {Object.entries(roles).map(([role, may]) => (
            <option key={role} value={role}>
              {role}: {may}
            </option>
          ))}
        </select>
      </label>
      <label>
        Only of this product
        <input
          value={grant.product ?? ''}
          placeholder="the whole fleet"
          pattern="[a-f0-9]{64}"
          title="the product's uid, 64 hexadecimal digits"
          onChange={({ target: { value } }) => onChange({ role: grant.role, ...(value && { product: value }) })}
        />
      </label>
    </div>
  )
}
