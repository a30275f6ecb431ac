import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import { type Clock, createLog, type Processes } from '@windlass/platform'
import {
  FakeClock,
  FakeFiles,
  FakeHttp,
  FakeProcesses,
  FakeRpc,
  memoryRunningTimeRecords,
  SeededRandom,
} from '@windlass/platform/fakes'
import { afterAll, describe, expect, it } from 'vitest'
import { FakeLayers } from '../images/fake-layers.ts'
import { memoryImageRecords } from '../images/image-records.ts'
import { runtimeId } from '../instances/ids.ts'
import { memoryInstanceRecords } from '../instances/memory-records.ts'
import { noNetwork } from '../network/network.ts'
import { FakeMachine, FakeRuntime } from '../runtime/fake-runtime.ts'
import { type NodeWorld, ServiceManager } from '../service-manager.ts'
import { KeptFolders, type Root } from '../storage/kept-folders.ts'
import { Storage } from '../storage/storage.ts'
import { memoryStorageRecords } from '../storage/storage-records.ts'
import { memoryJournalRecords } from '../telemetry/journal-records.ts'
import { LogFolder } from '../telemetry/log-folder.ts'
import { FakeUnit } from './fake-unit.ts'
import { sampleSettings } from './sample-settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
afterAll(() => rmSync(folder, { recursive: true }))
const runtime = runtimeId('crun', 'node-a')

/** A node and its unit in memory. `restart` gives the node's service manager a new life; services live on. */
function storageIn(folder: string, clock: Clock, processes: Processes): Storage {
  const folders = { storages: join(folder, 'storages'), states: join(folder, 'states') }
  const roots = Object.values(folders).map((root): Root => ({ folder: root, way: { by: 'measuring', why: 'a test' } }))
  const log = createLog([], () => 0)
  const kept = new KeptFolders({ records: memoryStorageRecords(), clock, log }, roots, 3_600_000)
  return new Storage(folders, { kept, processes, isRoot: false })
}

async function scene() {
  const clock = new FakeClock()
  const rpc = new FakeRpc()
  const unit = new FakeUnit()
  await unit.listen(rpc, 'unit.test:8093')
  const machine = new FakeMachine()
  const forEver = (_: unknown, ending: AbortSignal) =>
    new Promise<number>((resolve) => ending.addEventListener('abort', () => resolve(0)))
  const random = new SeededRandom(1)
  const processes = new FakeProcesses({}, clock)
  const world: NodeWorld & { layers: FakeLayers } = {
    nodeId: 'node-a',
    power: { cores: 2, maxDmips: 20_000, totalRam: 2 ** 30 },
    architecture: { architecture: 'amd64' },
    isRoot: false,
    runtimes: [new FakeRuntime(forEver, () => clock.now(), machine, 'crun')],
    network: noNetwork,
    layers: new FakeLayers(),
    records: {
      ...memoryInstanceRecords(),
      ...memoryImageRecords(),
      ...memoryJournalRecords(),
      ...memoryRunningTimeRecords(),
    },
    storage: storageIn(folder, clock, processes),
    logs: new LogFolder(join(folder, 'logs'), clock),
    resources: [{ name: 'bluetooth', sharedCount: 1, mounts: [], env: [], devices: [], groups: [], hosts: [] }],
    meters: {
      node: async () => ({ ram: 1, cpuMs: 0, download: 0, upload: 0 }),
      service: async () => ({ ram: 1, cpuMs: 0 }),
      partition: async () => ({ used: 1, total: 2 }),
    },
    rpc,
    http: new FakeHttp({ 'http://unit.test': unit.images.serve }, clock),
    files: new FakeFiles(),
    processes,
    clock,
    random,
    log: createLog([], () => 0),
  }
  const { layers } = world
  let quit = new AbortController()
  let over: Promise<void> = Promise.resolve()
  const start = async () => {
    quit = new AbortController()
    over = new ServiceManager(world, sampleSettings(folder)).run(quit.signal)
    await pass(100)
  }
  const stop = async () => {
    quit.abort()
    await pass(60_000)
    await over
  }
  /** Lets time go by in small steps, as each step of the work may wait for real files. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      await clock.advance(Math.min(left, 500))
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await start()
  const image = (item: string, version?: string) => ({ ...unit.images.order(item, version), runtimeId: runtime })
  return { clock, rpc, unit, machine, layers, world, start, stop, pass, image }
}

/** Waits, in the node's time, until it is so. */
async function until(pass: (ms: number) => Promise<void>, holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 400 && !holds(); turns += 1) await pass(500)
  expect(holds()).toBe(true)
}

describe('a service manager', () => {
  it('L20: registers with sm_info first and node_instances_status second', async () => {
    const { unit, stop } = await scene()
    expect(unit.facts.slice(0, 2)).toMatchObject([
      {
        kind: 'sm_info',
        nodeId: 'node-a',
        runtimes: [{ runtimeId: runtime, type: 'crun', maxDmips: 20_000, arch: { architecture: 'amd64' } }],
        resources: [{ name: 'bluetooth', sharedCount: 1 }],
      },
      { kind: 'node_instances', instances: [] },
    ])
    await stop()
  })

  it('runs what is ordered and answers with everything', async () => {
    const { unit, pass, image, stop } = await scene()
    unit.order(image('web'), image('db'))
    await until(pass, () => unit.told('node_instances').length === 2)
    expect(unit.told('node_instances')[1]?.instances.map(({ state }) => state)).toEqual(['active', 'active'])
    await stop()
  })

  it('L21, L22: stops an instance when the cloud was away for its offlineTTL, and starts it again', async () => {
    const { unit, pass, image, stop } = await scene()
    const manifestDigest = unit.images.add([{ bytes: Buffer.from('x') }], {}, { offlineTtlMs: 5000 })
    unit.order({ ...image('web'), manifestDigest })
    await until(pass, () => unit.state('web') === 'active')
    unit.send({ kind: 'cloud_connection', connected: false })
    await until(pass, () => unit.state('web') === 'inactive')
    unit.send({ kind: 'cloud_connection', connected: true })
    await until(pass, () => unit.state('web') === 'active')
    await stop()
  })

  it('L23: two orders in a row end in the second, and no answer is lost', async () => {
    const { unit, pass, image, stop } = await scene()
    const [one, two] = [image('web', '1.0.0'), image('web', '2.0.0')]
    unit.order(one)
    unit.order(two, image('db'))
    await until(pass, () => unit.state('db') === 'active')
    const last = unit.told('node_instances').at(-1)?.instances
    expect(last?.map(({ version, state }) => [version, state])).toEqual([
      ['2.0.0', 'active'],
      ['1.0.0', 'active'],
    ])
    await stop()
  })

  it('L24: a container that dies is told failed and, after a second, active; the unit gets an alert', async () => {
    const { unit, pass, image, machine, world, stop } = await scene()
    unit.order(image('web'))
    await until(pass, () => unit.state('web') === 'active')
    const [id = ''] = machine.runs.keys()
    await world.runtimes[0]?.kill(id)
    await until(pass, () => unit.state('web') === 'failed')
    await until(pass, () => unit.state('web') === 'active')
    const alerts = unit.told('alert').map(({ alert }) => alert)
    expect(alerts).toMatchObject([{ kind: 'instance', version: '1.0.0', message: 'ended by signal 9' }])
    await stop()
  })

  it('fetches an image again whose layer the disk changed, once a service made of it died', async () => {
    const { unit, pass, image, machine, layers, world, stop } = await scene()
    const [web, other] = [image('web'), image('other')]
    unit.order(web, other)
    await until(pass, () => unit.state('web') === 'active' && unit.state('other') === 'active')
    const [diffId = ''] = layers.unpacked.keys()
    layers.rotten.add(diffId)
    unit.images.asked.length = 0
    await pass(60_000)
    expect(unit.images.asked).toEqual([])
    for (const id of machine.runs.keys()) await world.runtimes[0]?.kill(id)
    await until(pass, () => layers.rotten.size === 0)
    await until(pass, () => unit.state('web') === 'active' && unit.state('other') === 'active')
    expect([layers.rotten.size, unit.images.asked.length]).toEqual([0, 1])
    expect([...layers.unpacked.keys()].sort()).toContain(diffId)
    await stop()
  })

  it('L25, L26, L29: answers for the node s configuration', async () => {
    const { unit, pass, stop } = await scene()
    const nodeConfig = '{"priority":1}'
    unit.send({ kind: 'get_node_config' })
    unit.send({ kind: 'check_node_config', nodeConfig, version: '1.0.0' })
    unit.send({ kind: 'set_node_config', nodeConfig, version: '1.0.0' })
    unit.send({ kind: 'set_node_config', nodeConfig, version: '1.0.0' })
    unit.send({ kind: 'check_node_config', nodeConfig, version: '0.9.0' })
    await until(pass, () => unit.told('node_config').length === 5)
    expect(unit.told('node_config').map(({ status }) => [status.version, status.state])).toEqual([
      ['0.0.0', 'absent'],
      ['1.0.0', 'installed'],
      ['1.0.0', 'installed'],
      ['1.0.0', 'installed'],
      ['0.9.0', 'failed'],
    ])
    await stop()
  })

  it('C14: answers absent when a log of nobody is asked for', async () => {
    const { unit, pass, stop } = await scene()
    unit.send({ kind: 'instance_log', correlationId: 'c', filter: { itemId: 'nobody' } })
    await until(pass, () => unit.told('log').length === 1)
    expect(unit.told('log')[0]).toMatchObject({ correlationId: 'c', status: 'absent' })
    await stop()
  })

  it('sends what it measures, and the average when asked', async () => {
    const { unit, pass, stop } = await scene()
    unit.send({ kind: 'get_average_monitoring' })
    await until(pass, () => unit.told('average_monitoring').length === 1 && unit.told('monitoring').length > 0)
    await stop()
  })

  it('dials again when the connection is cut, and tells everything again', async () => {
    const { unit, rpc, pass, image, stop } = await scene()
    unit.order(image('web'))
    await until(pass, () => unit.state('web') === 'active')
    rpc.cut('unit.test:8093')
    await pass(9000)
    expect(unit.registrations).toBe(1)
    await until(pass, () => unit.registrations === 2)
    expect(unit.told('node_instances').at(-1)?.instances).toMatchObject([{ state: 'active' }])
    await stop()
  })

  it('starts stored instances without the unit, and leaves them running when it is stopped', async () => {
    const { unit, pass, image, machine, start, stop } = await scene()
    unit.order(image('web'))
    await until(pass, () => unit.state('web') === 'active')
    await stop()
    expect([...machine.runs.values()].filter(({ run }) => !run.exit)).toHaveLength(1)
    await unit.close()
    machine.runs.clear()
    await start()
    await until(pass, () => machine.runs.size === 1)
    await stop()
  })

  it('fails an instance whose image the unit does not have, by name, and runs the others', async () => {
    const { unit, pass, image, stop } = await scene()
    const lost = { ...image('lost'), manifestDigest: `sha256:${'0'.repeat(64)}` }
    unit.order(lost, image('web'))
    await until(pass, () => unit.state('lost') === 'failed' && unit.state('web') === 'active')
    const status = unit
      .told('node_instances')
      .at(-1)
      ?.instances.find(({ ident }) => ident.itemId === 'lost')
    expect(status?.error).toMatchObject({ aosCode: 5, message: expect.stringContaining('no blob sha256:0000') })
    await stop()
  })
})
