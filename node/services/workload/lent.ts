import { basename, join } from 'node:path/posix'
import type { Files } from '@windlass/platform'
import type { HostName } from '../network/network.ts'
import type { Bind, Device } from '../runtime/runtime.ts'
import { ServicesError } from '../services-error.ts'
import type { NodeDevice, NodeMount, NodeResource } from './node-resources.ts'

/** What a service gets of the node's resources, as it is there now. */
export interface Lent {
  binds: readonly Bind[]
  env: readonly string[]
  devices: readonly Device[]
  /** Groups by number. */
  gids: readonly number[]
  hosts: readonly HostName[]
}

export const nothingLent: Lent = { binds: [], env: [], devices: [], gids: [], hosts: [] }

/** A resource with what its item wants to do with the devices: some of `rwm`; empty for all that the node allows. */
export interface Asked {
  resource: NodeResource
  mode: string
}

/** @throws ServicesError `device_absent`, `not_found`, `refused` */
export async function lend({ resource, mode }: Asked, files: Files): Promise<Lent> {
  const { name, mounts, devices, groups, env, hosts } = resource
  return {
    binds: await Promise.all(mounts.map((mount) => bindOf(name, mount, files))),
    devices: (await Promise.all(devices.map((device) => devicesOf(name, device, mode, files)))).flat(),
    gids: groups.length === 0 ? [] : await gidsOf(name, groups, files),
    env,
    hosts,
  }
}

/** Of several resources. */
export function together(lent: readonly Lent[]): Lent {
  return {
    binds: lent.flatMap(({ binds }) => binds),
    env: lent.flatMap(({ env }) => env),
    devices: lent.flatMap(({ devices }) => devices),
    gids: [...new Set(lent.flatMap(({ gids }) => gids))],
    hosts: lent.flatMap(({ hosts }) => hosts),
  }
}

async function bindOf(name: string, { from, to, writable }: NodeMount, files: Files): Promise<Bind> {
  const facts = await files.facts(from)
  if (!facts) throw new ServicesError('device_absent', `resource "${name}": this node has no ${from} now`)
  return { from, to, kind: facts.kind === 'folder' ? 'folder' : 'file', writable }
}

async function devicesOf(name: string, device: NodeDevice, mode: string, files: Files): Promise<Device[]> {
  const { from, to } = device
  const access = allowed(name, device, mode)
  const facts = await files.facts(from)
  if (facts?.kind === 'folder') {
    const inside = (await files.list(from)).map((child) => ({
      from: join(from, child),
      to: join(to, basename(child)),
      access,
    }))
    return (await Promise.all(inside.map((one) => devicesOf(name, one, '', files)))).flat()
  }
  if (facts?.kind !== 'char' && facts?.kind !== 'block') {
    const came = facts ? `a ${facts.kind}` : 'nothing'
    throw new ServicesError('device_absent', `resource "${name}": expected a device at ${from}, got ${came}`)
  }
  const { kind, mode: permissions, uid, gid } = facts
  return [{ to, kind, ...numbersOf(facts.device), permissions, uid, gid, access }]
}

/** Both the node and the item have to want it. */
function allowed(name: string, { from, access }: NodeDevice, mode: string): string {
  const both = access
    .split('')
    .filter((letter) => mode === '' || mode.includes(letter))
    .join('')
  if (both !== '') return both
  throw new ServicesError('refused', `resource "${name}": expected some of "${access}" for ${from}, got "${mode}"`)
}

/** Of a device number as stat gives it (makedev(3), glibc). */
function numbersOf(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) }
}

const mostBytes = 1024 * 1024

async function gidsOf(name: string, groups: readonly string[], files: Files): Promise<number[]> {
  const text = new TextDecoder().decode(await files.readFile('/etc/group', mostBytes))
  const byName = new Map(text.split('\n').map((line) => [line.split(':')[0], line.split(':')[2]]))
  return groups.map((group) => {
    const gid = Number(/^\d+$/.test(group) ? group : (byName.get(group) ?? Number.NaN))
    if (Number.isSafeInteger(gid)) return gid
    throw new ServicesError('not_found', `resource "${name}": this node has no group "${group}"`)
  })
}
