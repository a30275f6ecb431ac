import { join } from 'node:path'

/** Where everything of one demo is, below its folder. */
export interface Place {
  root: string
  /** Who runs here; marks the folder as a demo's. */
  record: string
  keys: { folder: string; private: string; public: string }
  packages: string
  /** For what is being made; empty in between. */
  work: string
  fleet: string
  device: string
  logs: { folder: string; fleet: string; agent: string; database: string }
}

/** `root` is absolute, without symlinks. */
export function placeAt(root: string): Place {
  const keys = join(root, 'keys')
  const logs = join(root, 'logs')
  const fleet = join(root, 'fleet')
  return {
    root,
    record: join(root, 'demo.json'),
    keys: { folder: keys, private: join(keys, 'private.pem'), public: join(keys, 'public.pem') },
    packages: join(root, 'packages'),
    work: join(root, 'work'),
    fleet,
    device: join(root, 'device'),
    logs: {
      folder: logs,
      fleet: join(logs, 'fleet.log'),
      agent: join(logs, 'agent.log'),
      database: join(fleet, 'database', 'log'),
    },
  }
}
