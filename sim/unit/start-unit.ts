import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { OperatorClient, UnitDetail } from '@windlass/wire/operator'
import { freePort } from '../children/free-port.ts'
import { windlass } from '../children/front-door.ts'
import { runMachine } from '../device/machine.ts'
import { makeDevice } from '../device/make-device.ts'
import { makeRelease, removeRelease } from '../images/release.ts'
import { line } from '../screen/line.ts'
import type { StagePorts } from '../stage.ts'
import type { Scene } from '../stories/scene.ts'
import { type NodeLayout, nodeNames, type UnitLayout, type UnitPorts } from './unit-layout.ts'
import { edgeSettings, mainSettings, serviceSettings, unitId, unitSection } from './unit-settings.ts'

const graceMs = 10_000
const lookEveryMs = 200
const patienceMs = 90_000
export const firstFirmware = '1.0.0'

/** A unit of two nodes at work: enrolled, both nodes connected, each with its services and its firmware. */
export async function startUnit(layout: UnitLayout, scene: Scene, fleetUrl: string, p: StagePorts): Promise<UnitPorts> {
  const ports = await findPorts()
  for (const name of nodeNames) await mkdir(dirname(layout.nodes[name].settings), { recursive: true })
  const { token } = await scene.fleet.claim({ systemId: unitId })
  await writeFile(layout.claim, token, { mode: 0o600 })
  const { main, edge } = layout.nodes
  await writeJson(main.settings, mainSettings(layout, ports, fleetUrl))
  await writeJson(edge.settings, edgeSettings(layout, ports))
  await startIdentity(main, p)
  await until('the unit to be enrolled', scene, (unit) => unit.connected)
  await startIdentity(edge, p)
  await until('the second node to be taken into the unit', scene, ({ nodes }) =>
    nodes.some(({ nodeId, state }) => nodeId === 'edge' && state === 'provisioned'),
  )
  for (const name of nodeNames) await startNode(layout.nodes[name], layout, ports, scene, p)
  const unit = await until('both nodes to be ready', scene, isReady)
  const runtimes = [...new Set(unit.nodes.flatMap((node) => node.runtimes))].filter(
    (type) => !type.startsWith('firmware'),
  )
  scene.screen.line(line('demo', `a unit of two nodes is up; services run by ${runtimes.join(' and ')}`))
  return ports
}

function isReady({ nodes, connected }: UnitDetail): boolean {
  const ready = nodes.filter((node) => node.connected && node.runtimes.length > 0)
  return connected && ready.length === nodeNames.length
}

async function startIdentity(node: NodeLayout, { household }: StagePorts): Promise<void> {
  await household.start(
    `unit-${node.name}`,
    { ...windlass('unit', '--settings', node.settings), log: node.logs.identity },
    graceMs,
  )
}

async function startNode(
  node: NodeLayout,
  layout: UnitLayout,
  ports: UnitPorts,
  scene: Scene,
  p: StagePorts,
): Promise<void> {
  await mkdir(node.services, { recursive: true })
  await writeJson(node.serviceSettings, serviceSettings(node, layout, ports))
  const services = windlass('services', '--settings', node.serviceSettings)
  p.household.atLast(windlass('services', '--end', '--settings', node.serviceSettings))
  await p.household.start(`services-${node.name}`, { ...services, log: node.logs.services }, graceMs)
  await makeFirmware(node, ports, scene, p)
  const tell = () => {}
  const machine = runMachine(node.device, node.logs.agent, { ...p, images: scene.images, tell }, p.quit.signal)
  machine.catch((error: unknown) => p.quit.abort(error))
}

/** The machine below a node's agent, with the first firmware in slot a. */
async function makeFirmware(node: NodeLayout, ports: UnitPorts, scene: Scene, { place }: StagePorts): Promise<void> {
  const release = await makeRelease(firstFirmware, { uplink: true }, { kind: scene.images, work: place.work })
  const facts = {
    product: scene.product,
    hardware: scene.hardware,
    serial: `DEMO-${node.name}`,
    publicKey: place.keys.public,
    server: 'http://localhost:9',
    listen: `localhost:${await freePort(0)}`,
    settings: unitSection(node, ports),
  }
  await makeDevice({ ...facts, folder: dirname(node.device.settings) }, release)
  await removeRelease(release, place.work)
}

/** @throws Error after a while, naming `what` */
export async function until(
  what: string,
  { fleet, clock, screen, quit }: Scene,
  holds: (unit: UnitDetail) => boolean,
): Promise<UnitDetail> {
  const end = clock.uptime() + patienceMs
  let shown = ''
  for (;;) {
    const unit = await unitOf(fleet)
    if (unit && holds(unit)) return unit
    const said = unit?.why ?? ''
    if (said !== shown && said !== '') screen.line(line('fleet', `the unit: ${said}`, 'quiet'))
    shown = said
    if (clock.uptime() > end)
      throw new Error(`expected ${what} within ${patienceMs / 1000} s; the unit: ${unit?.why ?? 'unknown'}`)
    await clock.sleep(lookEveryMs, quit)
  }
}

async function unitOf(fleet: OperatorClient): Promise<UnitDetail | undefined> {
  return fleet.unit(unitId).catch(() => undefined)
}

async function findPorts(): Promise<UnitPorts> {
  return {
    serviceManagers: await freePort(8093),
    updateManagers: await freePort(8091),
    scheduler: await freePort(8095),
    blobs: await freePort(8094),
    identity: await freePort(8090),
    identityProtected: await freePort(8089),
    edgeIdentity: await freePort(8096),
  }
}

function writeJson(path: string, value: object): Promise<void> {
  return writeFile(path, JSON.stringify(value, undefined, 2))
}
