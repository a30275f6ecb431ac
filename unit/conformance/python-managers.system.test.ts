import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { glob, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ComponentUpdate, InstanceOrder, NodeInfo } from '@windlass/model/unit'
import { createLog, nodeFiles, type RpcServer, systemClock } from '@windlass/platform'
import { openDatabase } from '@windlass/platform/database'
import { grpc } from '@windlass/platform/grpc'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { answerManagers } from '../firmware/answer-managers.ts'
import { ManagerLinks } from '../firmware/manager-links.ts'
import { UnitFirmware } from '../firmware/unit-firmware.ts'
import { UpdateRecord } from '../firmware/update-record.ts'
import { answerNodes } from '../nodes/answer-nodes.ts'
import { UnitConfigFile } from '../nodes/unit-config-file.ts'
import { UnitNodes } from '../nodes/unit-nodes.ts'
import type { NodeNews } from '../ports.ts'

/*
 * The unit's ends against managers that share no line with ours: Python, gRPC's own library, messages made by protoc. They end
 * when the unit breaks the protocol, and each test sees that they live.
 */

const python = '/usr/bin/python3'
const protos = join(import.meta.dirname, '../../core/wire/aoscore/proto')
const log = createLog([], Date.now)
const never = new AbortController().signal
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-python-'))
  const files = await Array.fromAsync(
    glob(['common/*/*.proto', 'updatemanager/**/*.proto', 'servicemanager/**/*.proto'], { cwd: protos }),
  )
  execFileSync('protoc', [`--python_out=${folder}`, '-I', protos, '-I', '/usr/include', ...files])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Runs one of the Python programs; what it complained of, when it has ended. */
function run(program: string, server: RpcServer, ...args: string[]) {
  const path = join(import.meta.dirname, program)
  const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' }
  const child: ChildProcess = spawn(python, [path, `127.0.0.1:${server.port}`, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (text) => (said += String(text)))
  const exit = once(child, 'exit')
  ends.push(async () => {
    child.kill('SIGKILL')
    await exit
  })
  return { said: () => said, kill: () => child.kill('SIGKILL') }
}

describe('an update manager in Python', () => {
  async function bench() {
    const links = new ManagerLinks({ expects: () => true, refuses: () => undefined }, log)
    const record = new UpdateRecord(openDatabase(':memory:'))
    const firmware = new UnitFirmware({ links, record, clock: systemClock, log })
    const server = await grpc.listen('127.0.0.1:0', null, answerManagers(links))
    ends.push(() => server.close())
    const manager = run('update_manager.py', server, 'um1', 'rootfs_1', '1.0.0')
    await soon(() => states(firmware)).toEqual(['um1 idle'])
    return { firmware, manager, server }
  }
  const states = (firmware: UnitFirmware) => firmware.managers().map(({ nodeId, state }) => `${nodeId} ${state}`)
  const listed = (firmware: UnitFirmware) => firmware.components().map(({ version, state }) => `${version} ${state}`)
  const update = async (bytes = 'image', told = bytes): Promise<Map<string, ComponentUpdate[]>> => {
    const path = join(folder, 'image')
    await writeFile(path, bytes)
    const sha3 = createHash('sha3-256').update(told).digest()
    const common = { componentId: 'rootfs_1', componentType: 'rootfs', version: '2.0.0', annotations: '' }
    return new Map([['um1', [{ ...common, url: `file://${path}`, sha3, size: bytes.length }]]])
  }

  it('is led through an update', async () => {
    const { firmware, manager } = await bench()
    await firmware.prepare(await update(), never)
    expect([states(firmware), listed(firmware)]).toEqual([['um1 prepared'], ['1.0.0 installed', '2.0.0 installing']])
    await firmware.start(never)
    await firmware.apply(never)
    expect([states(firmware), listed(firmware), manager.said()]).toEqual([['um1 idle'], ['2.0.0 installed'], ''])
  })

  it('is led back', async () => {
    const { firmware, manager } = await bench()
    await firmware.prepare(await update(), never)
    await firmware.start(never)
    await firmware.revert(never)
    expect([states(firmware), listed(firmware), manager.said()]).toEqual([['um1 idle'], ['1.0.0 installed'], ''])
  })

  it('that refuses an image is heard, and led back', async () => {
    const { firmware, manager } = await bench()
    await expect(firmware.prepare(await update('image', 'other'), never)).rejects.toThrow('checksum sha256 mismatch')
    await firmware.revert(never)
    expect([states(firmware), listed(firmware), manager.said()]).toEqual([
      ['um1 idle'],
      ['1.0.0 installed', '2.0.0 error'],
      '',
    ])
  })

  it('that restarts while it is started has the update done anew', async () => {
    const { firmware, manager, server } = await bench()
    await firmware.prepare(await update(), never)
    manager.kill()
    const again = run('update_manager.py', server, 'um1', 'rootfs_1', '2.0.0')
    await firmware.start(never)
    await firmware.apply(never)
    expect([listed(firmware), again.said()]).toEqual([['2.0.0 installed'], ''])
  })
})

describe('a service manager in Python', () => {
  const info: NodeInfo & { connected: boolean } = {
    nodeId: 'node1',
    nodeType: 'main',
    title: 'node1',
    maxDmips: 1_000,
    totalRam: 1_024,
    os: { os: 'linux', features: [] },
    cpus: [],
    partitions: [],
    attrs: { AosComponents: 'iam,sm' },
    state: 'provisioned',
    connected: true,
  }
  const service = (version: string): InstanceOrder => ({
    ident: { itemId: 'item', subjectId: 'subject', index: 0, type: 'service', preinstalled: false },
    version,
    manifestDigest: `sha256:${version}`,
    ownerId: 'owner',
    runtimeId: 'runtime-of-python',
    uid: 5000,
    gid: 5000,
    priority: 0,
    storagePath: '',
    statePath: '',
    envVars: [],
  })

  async function bench() {
    const identity = { nodeInfos: () => [info], watchNodes: () => () => {}, setNodeState: async () => {} }
    const config = await UnitConfigFile.open(nodeFiles, join(await mkdtemp(join(folder, 'unit-')), 'aos_unit.cfg'))
    const nodes = new UnitNodes({ identity, config, clock: systemClock, log })
    const news: NodeNews[] = []
    nodes.watch((one) => news.push(one))
    const blobs = createServer((_, answer) => answer.end('{}')).listen(0, '127.0.0.1')
    await once(blobs, 'listening')
    const blobUrl = async () => `http://127.0.0.1:${(blobs.address() as AddressInfo).port}/blob`
    const server = await grpc.listen('127.0.0.1:0', null, answerNodes({ nodes, images: { blobUrl } }))
    ends.push(
      async () => blobs.close(),
      () => server.close(),
    )
    const manager = run('service_manager.py', server, 'node1')
    await soon(() => nodes.instances('node1')).toEqual([])
    return { nodes, manager, news }
  }
  const runs = (nodes: UnitNodes) => nodes.instances('node1')?.map(({ version, state }) => `${version} ${state}`)

  it('describes itself, fetches what it is to run, exchanges it and stops it', async () => {
    const { nodes, manager } = await bench()
    expect(nodes.list()[0]?.runtimes).toMatchObject([{ runtimeId: 'runtime-of-python', maxInstances: 4 }])
    await nodes.updateInstances('node1', [service('1.0.0')], [])
    await soon(() => runs(nodes)).toEqual(['1.0.0 active'])
    await nodes.updateInstances('node1', [service('2.0.0')], [])
    await soon(() => runs(nodes)).toEqual(['2.0.0 active'])
    await nodes.updateInstances('node1', [], [service('2.0.0').ident])
    await soon(() => runs(nodes)).toEqual([])
    expect(manager.said()).toBe('')
  })

  it('takes a configuration, measures and sends its log', async () => {
    const { nodes, manager, news } = await bench()
    await nodes.updateConfig(
      { version: '1.0.0', formatVersion: '7', nodes: [{ nodeType: 'main', labels: [], priority: 1 }] },
      never,
    )
    expect(nodes.config()).toMatchObject({ version: '1.0.0', state: 'installed' })
    expect((await nodes.averageMonitoring('node1', never)).node).toMatchObject({ ram: 7 })
    nodes.requestLog('node1', { kind: 'system_log', correlationId: 'c1' })
    const parts = () => news.flatMap((one) => (one.kind === 'fact' && one.fact.kind === 'log' ? [one.fact] : []))
    await soon(parts).toMatchObject([{ correlationId: 'c1', status: 'empty' }])
    expect(manager.said()).toBe('')
  })
})
