import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProcesses, systemClock } from '@windlass/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Service, serviceImage, shellLayer } from './service-image.ts'
import { addServiceItem } from './three/items.ts'
import { removeAll } from './three/left-overs.ts'
import { nodeFolders, places, unitId } from './three/settings.ts'
import { ThreeNodes } from './three/three-nodes.ts'

const minutes = 60_000
const processes = nodeProcesses(systemClock)
const needed = ['ip', 'nsenter', 'nft', 'runc']
const found = await Promise.all(needed.map((tool) => processes.find(tool)))
const missing = process.getuid?.() === 0 ? needed.filter((_, i) => found[i] === undefined) : ['root']
const lacks = missing.length > 0 ? ` (needs ${missing.join(', ')})` : ''

const answering = (...ports: number[]) =>
  `${ports.map((port) => `while :; do echo hello | nc -l -p ${port}; done &`).join('\n')}\nwait`
/** Asks all the time, and says who answered. */
const asking = (...addresses: string[]) =>
  `while :; do
${addresses.map((at) => `[ "$(nc -w 1 ${at} </dev/null 2>/dev/null)" = hello ] && echo "reached ${at}"`).join('\n')}
echo tried; sleep 1; done`

const services: Record<string, Service & { owner: string; label: keyof typeof places }> = {
  web: {
    owner: 'shop',
    label: 'front',
    item: { allowedConnections: { 'db/5432/tcp': {}, 'db/2222/tcp': {} } },
    script: asking('crew.cache 6000', 'crew.db.bank 5432', 'crew.db.bank 2222'),
  },
  cache: { owner: 'shop', label: 'back', script: `${answering(6000)}` },
  db: { owner: 'bank', label: 'back', ports: ['5432/tcp'], script: answering(5432, 2222) },
  thief: { owner: 'thieves', label: 'front', script: asking('crew.db.bank 5432', 'crew.cache.shop 6000') },
}

describe.skipIf(lacks)(`networks between nodes${lacks}`, () => {
  let root: string
  let unit: ThreeNodes

  /** What each service of a node has printed that tried to reach somebody. */
  async function printed(label: keyof typeof places): Promise<string[]> {
    const folder = join(nodeFolders(root, places[label]).services, 'logs')
    const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
    const logs = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    return logs.filter((log) => log.includes('tried'))
  }

  async function order(name: string, items: readonly string[]): Promise<void> {
    const instances = items.map((itemId) => {
      return { itemId, subjectId: 'crew', labels: [services[itemId]?.label ?? ''] }
    })
    const nodes = Object.entries(places).map(([label, node]) => ({
      node: { codename: node },
      nodeGroupSubject: { codename: node },
      labels: [label],
      priority: 0,
    }))
    const made = await unit.fleet.addRelease({
      name,
      items: items.map((itemId) => ({ itemId, version: '1.0.0' })),
      instances,
      unitConfig: { version: '1.0.0', formatVersion: '7', nodes },
    })
    const before = unit.moves.length
    await unit.fleet.setRelease(unitId, made.id)
    await unit.until(`${name} to run`, () => unit.moves.slice(before).some(({ on }) => on === 'confirmed'))
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'windlass-networks-'))
    unit = await ThreeNodes.start(root, { runtime: 'runc' })
    const shell = await shellLayer(['nc', 'echo'])
    for (const [id, { owner, ...service }] of Object.entries(services)) {
      await addServiceItem(unit.fleet, id, '1.0.0', serviceImage(service, shell), owner)
    }
  }, 5 * minutes)

  afterAll(async () => {
    await order('nothing', []).catch(() => undefined)
    await unit.close()
    await removeAll(root, processes)
  }, 5 * minutes)

  it(
    'a service reaches its own owner’s by name on the other node, and another’s where both say so',
    async () => {
      await order('all', Object.keys(services))
      const reached = async () => (await printed('front')).map((log) => new Set(log.match(/reached .*/g)))
      await unit.until('web to reach the cache and the database, and both to have tried for a while', async () => {
        const tries = (await printed('front')).map((log) => log.match(/tried/g)?.length ?? 0)
        return tries.length === 2 && Math.min(...tries) > 3 && (await reached()).some((those) => those.size > 1)
      })
      const both = (await reached()).toSorted((one, other) => one.size - other.size).map((those) => [...those].sort())
      expect(both).toEqual([[], ['reached crew.cache 6000', 'reached crew.db.bank 5432']])
    },
    5 * minutes,
  )
})
