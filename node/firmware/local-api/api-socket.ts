import { kinds } from '@windlass/platform'

/** A socket file: who may write it may command the agent. `mode`: permission bits; `group` by name or number, null for the agent's own. */
export interface ApiSocket {
  path: string
  mode: number
  group: string | null
}

/** Where clients look first. */
export const usualSocket = '/run/windlass/agent.sock'

export const socketMode: kinds.Kind<number> = {
  expected: 'permission bits such as "0660"',
  read: (value) => (typeof value === 'string' && /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : undefined),
}

/** Undefined where the settings want none. */
export function readSocket(path: string, mode: number, group: string | undefined): ApiSocket | null {
  return path === 'none' ? null : { path, mode, group: group ?? null }
}

export const socketPath: kinds.Kind<string> = {
  expected: 'an absolute path of at most 107 bytes, or "none"',
  read: (value) => {
    if (typeof value !== 'string') return undefined
    // The kernel's sockaddr_un has no room for more (unix(7)).
    return value === 'none' || (value.startsWith('/') && Buffer.byteLength(value) <= 107) ? value : undefined
  },
}
