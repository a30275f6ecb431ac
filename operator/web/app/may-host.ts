import type { SessionRecord } from '@windlass/wire/operator'

/** Whether somebody makes and removes projects: an admin of all of the default one. */
export function mayHost(session: Pick<SessionRecord, 'grants'> | undefined, project: string | undefined): boolean {
  if (project !== undefined) return false
  return session?.grants.some(({ role, ...over }) => role === 'admin' && Object.keys(over).length === 0) ?? false
}
