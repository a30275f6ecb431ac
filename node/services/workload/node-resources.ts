import type { Files } from '@windlass/platform'
import { readFragment, SettingsError } from '@windlass/platform'
import type { Bind } from '../runtime/runtime.ts'

/** Something of this node that items may ask for by name (aoscore.md 5.8). `sharedCount` 0: by any number at a time. */
export interface NodeResource {
  name: string
  sharedCount: number
  mounts: readonly Bind[]
  env: readonly string[]
}

/**
 * Reads `resources.cfg`, a JSON list; none without a file. Its mounts must be binds. Devices, groups and hosts are not
 * supported: a resource that has some is refused. @throws SettingsError
 */
export async function readNodeResources(files: Files, path: string): Promise<NodeResource[]> {
  const fragment = await readFragment(files, path, (text) => ({ list: JSON.parse(text) as unknown }))
  const list = fragment?.values['list'] ?? []
  if (!Array.isArray(list)) throw wrong(path, '(whole)', 'a list', typeof list)
  return list.map((entry: unknown, at) => resourceOf(path, `[${at}]`, entry))
}

function resourceOf(path: string, key: string, entry: unknown): NodeResource {
  const record = recordOf(path, key, entry)
  const { name, sharedCount = 0, mounts = [], envs = [] } = record
  if (typeof name !== 'string' || name === '') throw wrong(path, `${key}.name`, 'a name', JSON.stringify(name))
  if (typeof sharedCount !== 'number') throw wrong(path, `${key}.sharedCount`, 'a number', JSON.stringify(sharedCount))
  for (const other of ['devices', 'groups', 'hosts']) {
    const value = record[other]
    if (Array.isArray(value) && value.length > 0)
      throw wrong(path, `${key}.${other}`, 'nothing (not supported)', 'some')
  }
  if (!Array.isArray(envs)) throw wrong(path, `${key}.envs`, 'a list', JSON.stringify(envs))
  if (!Array.isArray(mounts)) throw wrong(path, `${key}.mounts`, 'a list', JSON.stringify(mounts))
  return {
    name,
    sharedCount,
    mounts: mounts.map((mount: unknown, at) => bindOf(path, `${key}.mounts[${at}]`, mount)),
    env: envs.map(String),
  }
}

function bindOf(path: string, key: string, mount: unknown): Bind {
  const { source, destination, type = 'bind', options = [] } = recordOf(path, key, mount)
  const isBind = type === 'bind' && typeof source === 'string' && typeof destination === 'string'
  if (!isBind || !source.startsWith('/') || !destination.startsWith('/')) {
    throw wrong(path, key, 'a bind with absolute source and destination', JSON.stringify(mount))
  }
  return {
    from: source,
    to: destination,
    kind: 'folder',
    writable: !(Array.isArray(options) && options.includes('ro')),
  }
}

function recordOf(path: string, key: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw wrong(path, key, 'an object', JSON.stringify(value))
  return Object.fromEntries(Object.entries(value))
}

function wrong(from: string, key: string, expected: string, came: string): SettingsError {
  return new SettingsError('invalid', { from, key, expected, came })
}
