import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import { nodeProcesses } from '@windlass/platform'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { namesFor } from './attachment.ts'
import { BridgeNetwork } from './bridge-network.ts'
import type { NetworkWants } from './network.ts'

const processes = nodeProcesses()
const folder = await mkdtemp(join(tmpdir(), 'network-'))
const names = namesFor('test')
const network = new BridgeNetwork(folder, 'test', processes)

function wants(itemId: string, ownerId: string, changes: Partial<NetworkWants> = {}): NetworkWants {
  const ident = { itemId, subjectId: 'test', index: 0, type: 'service', preinstalled: false } as const
  return { id: `test-${itemId}`, ident, ownerId, allowedConnections: [], exposedPorts: [], ...changes }
}
const all = [
  wants('web', 'test-x', { allowedConnections: ['db/5432/tcp'] }),
  wants('peer', 'test-x'),
  wants('db', 'test-y', { exposedPorts: ['5432/tcp', '22/tcp'] }),
]
const address = new Map<string, string>()
const inside = async (item: string, ...command: string[]) =>
  await processes.run({
    command: 'ip',
    args: ['netns', 'exec', names.namespace(`test-${item}`), ...command],
    timeoutMs: 20_000,
  })

/** Whether a connection is made: someone listens there for one, and answers. */
async function reaches(from: string, to: string, port: number): Promise<boolean> {
  const answer = inside(to, 'timeout', '5', 'busybox', 'nc', '-l', '-p', String(port), '-e', 'echo', 'hello')
  const ask = `for i in 1 2 3 4 5 6; do busybox nc -w 1 ${address.get(to)} ${port} </dev/null && exit 0; sleep 0.2; done; exit 1`
  const said = await inside(from, 'sh', '-c', ask)
  await answer
  return said.stdout.includes('hello')
}

beforeAll(async () => {
  for (const one of all) {
    await network.attach(one)
    const place: unknown = JSON.parse(await readFile(join(folder, `${one.id}.json`), 'utf8'))
    address.set(one.ident.itemId, (place as { ip: string }).ip)
  }
})
afterAll(async () => {
  for (const { id } of all) await network.detach(id)
  await rm(folder, { recursive: true, force: true })
})

it('instances of one owner reach one another', async () => {
  expect(await reaches('web', 'peer', 7777)).toBe(true)
})

it('those of another owner are reached only at what is exposed and allowed', async () => {
  expect(await reaches('web', 'db', 5432)).toBe(true)
  expect(await reaches('web', 'db', 22)).toBe(false)
  expect(await reaches('peer', 'db', 5432)).toBe(false)
  expect(await reaches('db', 'web', 5432)).toBe(false)
})

it('the node itself is not reached', async () => {
  const gateway = address.get('web')?.replace(/\d+$/, '1') ?? ''
  const answer = processes.run({
    command: 'timeout',
    args: ['4', 'busybox', 'nc', '-l', '-p', '7778', '-e', 'echo', 'hello'],
  })
  const said = await inside('web', 'busybox', 'nc', '-w', '1', gateway, '7778')
  expect(said.stdout).toBe('')
  await answer
})

it('traffic is counted, names are written, and attaching again is fine', async () => {
  expect((await network.traffic('test-web'))?.upload).toBeGreaterThan(0)
  expect(await network.traffic('test-nobody')).toBeUndefined()
  const [web] = all
  const { hostsPath = '' } = web ? await network.attach(web) : {}
  expect(await readFile(hostsPath, 'utf8')).toContain('0.test.peer')
  expect(await reaches('web', 'peer', 7779)).toBe(true)
})

it('nothing is left once all are detached', async () => {
  await network.keep(new Set(['test-web']))
  const [web] = all
  if (web) await network.detach(web.id)
  const links = await processes.run({ command: 'ip', args: ['link'] })
  const spaces = await processes.run({ command: 'ip', args: ['netns', 'list'] })
  expect(links.stdout).not.toContain('wlv9f86')
  expect(spaces.stdout).not.toContain(names.namespace('test'))
  for (const one of all) await network.attach(one)
})

it('an owner whose only instance starts again keeps its address, and bridges of nobody are swept', async () => {
  const own = new BridgeNetwork(join(folder, 'again'), 'again', processes)
  const names = namesFor('again')
  const bridges = async () => {
    const { stdout } = await processes.run({ command: 'ip', args: ['-j', 'link', 'show', 'type', 'bridge'] })
    const all = (JSON.parse(stdout || '[]') as { ifname: string }[]).map(({ ifname }) => ifname)
    return all.filter((name) => name.startsWith(names.bridges))
  }
  const placeOf = async (id: string) =>
    JSON.parse(await readFile(join(folder, 'again', `${id}.json`), 'utf8')) as { ip: string; segment: unknown }
  const [first, second] = [wants('first', 'again-x'), wants('second', 'again-y')]
  await own.attach(first)
  await own.attach(second)
  const before = await placeOf(second.id)
  await own.detach(first.id)
  await own.attach(second)
  expect(await placeOf(second.id)).toEqual(before)
  await processes.run({ command: 'ip', args: ['link', 'add', names.bridge('172.99.0.0/16'), 'type', 'bridge'] })
  expect(await bridges()).toHaveLength(2)
  await own.keep(new Set([second.id]))
  expect(await bridges()).toHaveLength(1)
  await own.keep(new Set())
  expect(await bridges()).toEqual([])
})
