import { expect, it } from 'vitest'
import { mayHost } from './may-host.ts'

it('is an admin of all of the default project, and nobody else, who sees the projects', () => {
  const admin = { grants: [{ role: 'viewer' as const }, { role: 'admin' as const }] }
  expect(mayHost(admin, undefined)).toBe(true)
  expect(mayHost(admin, 'acme')).toBe(false)
  expect(mayHost({ grants: [{ role: 'admin', product: 'a'.repeat(64) }] }, undefined)).toBe(false)
  expect(mayHost({ grants: [{ role: 'operator' }] }, undefined)).toBe(false)
  expect(mayHost(undefined, undefined)).toBe(false)
})
