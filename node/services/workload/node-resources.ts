import type { Files } from '@windlass/platform'
import { readFragment, SettingsError } from '@windlass/platform'
import type { HostName } from '../network/network.ts'

/** Something of this node that items may ask for by name (aoscore.md 5.8). `sharedCount` 0: by any number at a time. */
export interface NodeResource {
  name: string
  sharedCount: number
  mounts: readonly NodeMount[]
  /** `NAME=value` */
  env: readonly string[]
  devices: readonly NodeDevice[]
  /** Of this node, by name or number: the service is in them as well. */
  groups: readonly string[]
  hosts: readonly HostName[]
}

/** A folder or file of this node, and where it is seen inside. */
export interface NodeMount {
  from: string
  to: string
  writable: boolean
}

/** A device of this node, or a folder of them, and where it is seen inside. `access`: of `rwm`, as cgroups have it. */
export interface NodeDevice {
  from: string
  to: string
  access: string
}

/** Reads `resources.cfg`, a JSON list; none without a file. Its mounts must be binds. @throws SettingsError */
export async function readNodeResources(files: Files, path: string): Promise<NodeResource[]> {
  const fragment = await readFragment(files, path, (text) => ({ list: JSON.parse(text) as unknown }))
  const list = fragment?.values['list'] ?? []
  if (!Array.isArray(list)) throw wrong(path, '', 'a list', typeof list)
  const resources = list.map((entry: unknown, at) => resourceOf(new Entry(path, `[${at}]`, entry)))
  const names = resources.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw wrong(path, '', 'each name once', `"${twice}" twice`)
  return resources
}

function resourceOf(entry: Entry): NodeResource {
  return {
    name: entry.text('name', /./, 'a name'),
    sharedCount: entry.count('sharedCount'),
    mounts: entry.list('mounts').map(mountOf),
    env: entry.texts('envs', /^[^=]+=/, 'NAME=value'),
    devices: entry.texts('devices', devicePattern, '/dev/on-the-node:/dev/inside:rwm').map(deviceOf),
    groups: entry.texts('groups', /^[\w.-]{1,64}$/, 'the name of a group'),
    hosts: entry.list('hosts').map((host) => ({
      ip: host.text('ip', /^[0-9A-Fa-f.:]{2,45}$/, 'an address'),
      hostname: host.text('hostname', /^[A-Za-z0-9_.-]{1,253}$/, 'the name of a host'),
    })),
  }
}

const absolute = /^\/(?!.*(^|\/)\.\.(\/|$))[^:]+$/
const devicePattern = /^\/dev\/[^:]+(:\/dev\/[^:]+(:[rwm]{1,3})?)?$/

/** What is not said: the same path inside, to read and to write. */
function deviceOf(text: string): NodeDevice {
  const [from = '', to = from, access = 'rw'] = text.split(':')
  return { from, to, access }
}

function mountOf(mount: Entry): NodeMount {
  mount.text('type', /^bind$/, 'bind', 'bind')
  return {
    from: mount.text('source', absolute, 'an absolute path'),
    to: mount.text('destination', absolute, 'an absolute path'),
    writable: !mount.texts('options', /./, 'an option').includes('ro'),
  }
}

/** One object of the file; what is wrong in it is told with its place. */
class Entry {
  readonly #path: string
  readonly #key: string
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(path: string, key: string, value: unknown) {
    if (typeof value !== 'object' || value === null) throw wrong(path, key, 'an object', JSON.stringify(value))
    this.#path = path
    this.#key = key
    this.#fields = Object.fromEntries(Object.entries(value))
  }

  text(name: string, pattern: RegExp, expected: string, otherwise?: string): string {
    const value = this.#fields[name] ?? otherwise
    if (typeof value === 'string' && pattern.test(value)) return value
    throw wrong(this.#path, `${this.#key}.${name}`, expected, JSON.stringify(value))
  }

  count(name: string): number {
    const value = this.#fields[name] ?? 0
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw wrong(this.#path, `${this.#key}.${name}`, 'a number from 0 on', JSON.stringify(value))
  }

  texts(name: string, pattern: RegExp, expected: string): string[] {
    return this.#items(name).map((value, at) => {
      if (typeof value === 'string' && pattern.test(value)) return value
      throw wrong(this.#path, `${this.#key}.${name}[${at}]`, expected, JSON.stringify(value))
    })
  }

  list(name: string): Entry[] {
    return this.#items(name).map((value, at) => new Entry(this.#path, `${this.#key}.${name}[${at}]`, value))
  }

  #items(name: string): unknown[] {
    const value = this.#fields[name] ?? []
    if (Array.isArray(value)) return value
    throw wrong(this.#path, `${this.#key}.${name}`, 'a list', JSON.stringify(value))
  }
}

function wrong(from: string, key: string, expected: string, came: string): SettingsError {
  return new SettingsError('invalid', { from, key, expected, came })
}
