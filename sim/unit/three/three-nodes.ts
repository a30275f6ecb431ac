import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { Server } from 'node:net'
import { dirname, join } from 'node:path'
import { nodeFiles, nodeProcesses, systemClock } from '@windlass/platform'
import { generateKeys, type Keys, sha256Of } from '@windlass/trust'
import { type OperatorClient, operatorClient, type UnitDetail } from '@windlass/wire/operator'
import { type Child, kill, type Program } from '../../children/child.ts'
import { windlass } from '../../children/front-door.ts'
import { type Household, openHousehold } from '../../children/household.ts'
import { runMachine } from '../../device/machine.ts'
import { makeDevice } from '../../device/make-device.ts'
import { plainImages } from '../../images/plain.ts'
import { smallRelease } from './items.ts'
import { Namespaces, type NodeName, nodeNames } from './namespaces.ts'
import {
  type DeviceName,
  devices,
  fleetPort,
  identitySettings,
  mainSettings,
  nodeFolders,
  places,
  serviceSettings,
  unitId,
  unitSection,
} from './settings.ts'
import { openTunnel, tunnelEnd } from './tunnel.ts'

const clock = systemClock
const graceMs = 20_000
const patienceMs = 180_000
const lookEveryMs = 50

/** The programs of a unit, each with the node that it runs on. */
export const programs = {
  unit: 'main',
  'agent-main': 'main',
  'identity-left': 'left',
  'services-left': 'left',
  'agent-left': 'left',
  'identity-right': 'right',
  'services-right': 'right',
} as const satisfies Record<string, NodeName>
export type ProgramName = keyof typeof programs

/** A fleet, and a unit of three nodes in network namespaces: real programs, real containers, slots that are files. */
export class ThreeNodes {
  readonly root: string
  readonly net: Namespaces
  readonly keys: Keys
  readonly product = sha256Of(Buffer.from('three nodes'))
  readonly hardware = 'mk1'
  readonly fleet: OperatorClient
  /** Every move of the unit's update manager, as its log tells it. */
  readonly moves: { from: string; on: string; to: string; why?: string }[] = []
  /** How often the unit would not try again what had failed. */
  refusals = 0
  readonly #household: Household
  readonly #tunnel: Server
  readonly #running = new Map<string, Child>()
  readonly #stopped = new Set<string>()
  readonly #quit = new AbortController()
  #starting: Promise<unknown> = Promise.resolve()
  readonly #watchers = new Set<(to: string) => void>()
  readonly #readers = new Set<(line: string) => void>()
  readonly #machines: Promise<void>[] = []

  private constructor(given: {
    root: string
    net: Namespaces
    keys: Keys
    fleet: OperatorClient
    tunnel: Server
    household: Household
  }) {
    this.root = given.root
    this.net = given.net
    this.keys = given.keys
    this.fleet = given.fleet
    this.#tunnel = given.tunnel
    this.#household = given.household
  }

  static async start(root: string, { runtime }: { runtime?: 'crun' | 'runc' } = {}): Promise<ThreeNodes> {
    const net = await Namespaces.open(nodeProcesses(clock))
    const household = await openHousehold(join(root, 'household.json'), join(root, 'fleet'), clock)
    const socket = join(root, 'fleet.sock')
    const { port, server } = await openTunnel(socket)
    const fleet = operatorClient({ url: `http://127.0.0.1:${port}` })
    const unit = new ThreeNodes({ root, net, keys: await generateKeys(2048), fleet, tunnel: server, household })
    await unit.#startFleet(socket)
    await unit.#startUnit(runtime)
    return unit
  }

  /** All moves from now on that lead to a state. @returns how to stop it */
  onState(watcher: (to: string) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** All that the unit logs from now on. @returns how to stop it */
  onLine(reader: (line: string) => void): () => void {
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }

  /** What the update manager has on disk. */
  get state(): { at: string; next: unknown; refused: readonly { error: { message: string }; during: string }[] } {
    const path = join(nodeFolders(this.root, 'main').data, 'update.json')
    const { state } = JSON.parse(readFileSync(path, 'utf8')) as { state: ThreeNodes['state'] }
    return state
  }

  pid(program: ProgramName): number {
    const child = this.#running.get(program)
    if (!child) throw new Error(`${program} does not run`)
    return child.pid
  }

  /** As a crash would: at once, and started again by whoever looks after it. */
  async killed(program: ProgramName): Promise<void> {
    const child = this.#running.get(program)
    if (!child) return
    kill(child.pid, 'SIGKILL')
    await child.ended
    if (!program.startsWith('agent')) await this.#start(program)
  }

  /** Ends it until `resume`; an agent cannot be. */
  async pause(program: ProgramName): Promise<void> {
    this.#stopped.add(program)
    kill(this.pid(program), 'SIGKILL')
    await this.#running.get(program)?.ended
    this.#running.delete(program)
  }

  async resume(program: ProgramName): Promise<void> {
    this.#stopped.delete(program)
    await this.#start(program)
  }

  async restartUnit(onFailure: 'restore' | 'converge'): Promise<void> {
    await this.pause('unit')
    await writeJson(nodeFolders(this.root, 'main').settings, mainSettings(this.root, onFailure))
    let managers = 0
    const stop = this.onLine((line) => (managers += line.includes('"text":"update manager registered"') ? 1 : 0))
    await this.resume('unit')
    await this.until('the update managers to be there again', () => managers >= devices.length).finally(stop)
  }

  detail(): Promise<UnitDetail> {
    return this.fleet.unit(unitId)
  }

  /** @throws Error after some minutes, naming `what` and what was instead */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const end = clock.uptime() + patienceMs
    while (!(await holds())) {
      if (clock.uptime() > end) throw new Error(`expected ${what}; the unit: ${await this.#told()}`)
      await clock.sleep(lookEveryMs, this.#quit.signal)
    }
  }

  async close(): Promise<void> {
    this.#quit.abort(new Error('the test is over'))
    await Promise.allSettled(this.#machines)
    await this.#household.close()
    await this.net.close()
    this.#tunnel.close()
  }

  async #told(): Promise<string> {
    const detail = await this.detail().catch(() => undefined)
    const where = this.moves
      .slice(-4)
      .map(({ from, on, to }) => `${from} ${on} ${to}`)
      .join(', ')
    return `${detail?.standing} ${detail?.why ?? ''}; at ${this.state.at}; ${where}; ${JSON.stringify(detail?.nodes)}`
  }

  async #startFleet(socket: string): Promise<void> {
    const listen = ['fleet', '--listen', `127.0.0.1:${fleetPort}`, '--data', join(this.root, 'fleet')]
    await this.#run('fleet', 'main', windlass(...listen))
    await this.#run('tunnel', 'main', { command: process.execPath, args: ['-e', tunnelEnd(socket, fleetPort)] })
    const answers = () => this.fleet.health().then(Boolean, () => false)
    await this.until('the fleet to answer', answers)
  }

  async #startUnit(runtime: 'crun' | 'runc' | undefined): Promise<void> {
    const { token } = await this.fleet.claim({ systemId: unitId })
    await writeFile(join(this.root, 'claim'), token, { mode: 0o600 })
    for (const node of nodeNames) await mkdir(nodeFolders(this.root, node).config, { recursive: true })
    await writeJson(nodeFolders(this.root, 'main').settings, mainSettings(this.root, 'restore'))
    await this.#start('unit')
    await this.until('the unit to be enrolled', async () => (await this.#nodes()).length > 0)
    for (const node of ['left', 'right'] as const) {
      await writeJson(nodeFolders(this.root, node).settings, identitySettings(this.root, node))
      await this.#start(`identity-${node}`)
    }
    await this.until('all nodes to be in the unit', async () => {
      const states = (await this.#nodes()).map(({ state }) => state)
      return states.length === nodeNames.length && states.every((state) => state === 'provisioned')
    })
    for (const node of Object.values(places)) {
      await mkdir(nodeFolders(this.root, node).services, { recursive: true })
      await writeJson(nodeFolders(this.root, node).serviceSettings, serviceSettings(this.root, node, runtime))
      await this.#start(`services-${node}`)
    }
    for (const node of devices) await this.#startDevice(node)
    await this.until('all nodes to be ready', () => this.isReady())
  }

  /** Whether everybody who has to be there is. */
  async isReady(): Promise<boolean> {
    const nodes = await this.#nodes()
    const wanted = { main: 0, left: 1, right: 1 }
    return nodeNames.every((name) => {
      const node = nodes.find(({ nodeId }) => nodeId === name)
      return node?.connected && new Set(node.runtimes).size >= wanted[name]
    })
  }

  async #nodes() {
    return (await this.detail().catch(() => undefined))?.nodes ?? []
  }

  async #start(program: ProgramName): Promise<void> {
    const node = programs[program]
    const { settings, serviceSettings: services } = nodeFolders(this.root, node)
    const command = program.startsWith('services')
      ? ['services', '--settings', services]
      : ['unit', '--settings', settings]
    const onLine = program === 'unit' ? (line: string) => this.#read(line) : undefined
    await this.#run(program, node, windlass(...command), onLine)
  }

  async #run(
    name: string,
    node: NodeName,
    { command, args, env }: Pick<Program, 'command' | 'args' | 'env'>,
    onLine?: (line: string) => void,
  ): Promise<Child> {
    const whole = ['-c', 'exec "$@" 2>&1', 'sh', ...this.net.enter(node), command, ...args]
    const log = join(this.root, `${name}.log`)
    const program = { command: 'sh', args: whole, log, ...(env && { env }), ...(onLine && { onLine }) }
    // One after the other: each start is written down.
    const starting = this.#starting.then(() => this.#household.start(name, program, graceMs))
    this.#starting = starting.catch(() => undefined)
    const child = await starting
    this.#running.set(name, child)
    return child
  }

  #read(line: string): void {
    for (const reader of this.#readers) reader(line)
    if (line.includes('"text":"desired state refused"')) this.refusals += 1
    if (!line.includes('"text":"update"')) return
    const { from, on, to, why } = JSON.parse(line) as ThreeNodes['moves'][number]
    this.moves.push({ from, on, to, ...(why !== undefined && { why }) })
    for (const watcher of this.#watchers) watcher(to)
  }

  /** The machine below a node's agent, with the first firmware in slot a. */
  async #startDevice(node: DeviceName): Promise<void> {
    const { folder, device } = nodeFolders(this.root, node)
    const publicKey = join(folder, 'key.pub')
    await writeFile(publicKey, this.keys.publicKey)
    const release = { version: '1.0.0', system: join(folder, 'system'), site: join(folder, 'site'), packedSite: '' }
    const first = smallRelease(release.version, { uplink: true })
    await writeFile(release.system, first.system)
    await writeFile(release.site, first.site)
    const { product, hardware } = this
    const server = 'http://localhost:9'
    const facts = { product, hardware, serial: node, publicKey, server, listen: 'localhost:8080' }
    await makeDevice({ ...facts, folder: dirname(device.settings), settings: unitSection(this.root, node) }, release)
    const name = `agent-${node}`
    const household: Household = {
      ...this.#household,
      start: (_, program) => this.#run(name, node, program, program.onLine),
    }
    const ports = { household, files: nodeFiles, clock, images: plainImages, tell: () => {} }
    const machine = runMachine(device, join(this.root, `${name}.log`), ports, this.#quit.signal)
    this.#machines.push(machine.catch((error: unknown) => this.#quit.abort(error)))
  }

  /** Version of the firmware that a node was started with. */
  async firmwareOf(node: DeviceName): Promise<string> {
    const release = join(nodeFolders(this.root, node).device.root, 'etc/os-release')
    return /^VERSION_ID=(.*)$/m.exec(await readFile(release, 'utf8').catch(() => ''))?.[1] ?? 'none'
  }

  /** The version of the unit's configuration that a node holds. */
  async configOf(node: NodeName): Promise<string> {
    const path = join(nodeFolders(this.root, node).config, 'aos_node.cfg')
    const text = await readFile(path, 'utf8').catch(() => undefined)
    return text === undefined ? 'none' : (JSON.parse(text) as { version: string }).version
  }
}

function writeJson(path: string, value: object): Promise<void> {
  return writeFile(path, JSON.stringify(value, undefined, 2))
}
