import type { Clock, Files, Processes } from '@windlass/platform'
import { sha256Of } from '@windlass/trust'
import { operatorClient } from '@windlass/wire/operator'
import { freePort } from './children/free-port.ts'
import { runWindlass } from './children/front-door.ts'
import type { Household } from './children/household.ts'
import { agentClient } from './device/agent-client.ts'
import { followProgress } from './device/follow-progress.ts'
import { layoutOf } from './device/layout.ts'
import { runMachine } from './device/machine.ts'
import { makeDevice } from './device/make-device.ts'
import { imageKind } from './images/image-kind.ts'
import { removeRelease } from './images/release.ts'
import type { News } from './news.ts'
import type { Place } from './place.ts'
import { line } from './screen/line.ts'
import type { Screen } from './screen/screen.ts'
import { startFleet } from './start-fleet.ts'
import { makePackage, type Packed } from './stories/package.ts'
import type { Scene } from './stories/scene.ts'

export interface StagePorts {
  place: Place
  household: Household
  screen: Screen
  news: News
  clock: Clock
  processes: Processes
  files: Files
  /** Ends everything; its reason says why. */
  quit: AbortController
}

/** A fleet and a device at work, and the first two packages. */
export interface Stage {
  scene: Scene
  packages: { old: Packed; fresh: Packed }
  ports: { fleet: number; agent: number }
}

const product = sha256Of(Buffer.from('windlass demo gateway'))
const hardware = 'gateway-mk1'

export async function setStage(p: StagePorts): Promise<Stage> {
  const { place, screen, processes, quit } = p
  await runWindlass(processes, quit.signal, 'keys', 'new', '--out', place.keys.folder, '--bits', '2048')
  screen.line(line('operator', 'makes a key pair; fleet and device trust what is signed with it'))
  const ports = { fleet: await freePort(8000), agent: await freePort(8080) }
  sayPort('fleet', 8000, ports.fleet, screen)
  sayPort('device', 8080, ports.agent, screen)
  const url = `http://localhost:${ports.fleet}`
  const fleet = operatorClient({ url })
  const server = startFleet(fleet, url, ports.fleet, p)
  server.catch(() => undefined)
  const images = await imageKind(processes)
  if (images.name === 'plain') screen.line(line('demo', noExt4, 'bad'))
  const agent = agentClient(`http://localhost:${ports.agent}`)
  const scene: Scene = {
    ...p,
    layout: layoutOf(place.device),
    product,
    hardware,
    images,
    fleet,
    fleetUrl: url,
    agent,
    quit: quit.signal,
  }
  const facts = { product, hardware, serial: 'DEMO-0001', server: url, listen: `localhost:${ports.agent}` }
  screen.line(line('demo', withoutRoot, 'quiet'))
  const old = await makePackage('1.0', { uplink: true }, scene, async (release) => {
    await makeDevice({ ...facts, folder: place.device, publicKey: place.keys.public }, release)
    await removeRelease(release, place.work)
  })
  const fresh = await makePackage('2.0', { uplink: true }, scene)
  await server
  await startDevice(scene, p)
  return { scene, packages: { old, fresh }, ports }
}

const withoutRoot =
  'needs no root: slots are files, and the tarball goes beside its slot by mode raw (mode tarball would mount)'
const noExt4 =
  'NO mkfs.ext4 AND debugfs HERE: the images are plain files of the same size, not filesystems (e2fsprogs has them)'

function sayPort(who: 'fleet' | 'device', wanted: number, port: number, screen: Screen): void {
  if (port !== wanted) screen.line(line(who, `port ${wanted} is in use, takes ${port}`, 'odd'))
}

/** Returns when the device has asked the fleet for the first time. It is on until `quit` fires. */
async function startDevice(scene: Scene, p: StagePorts): Promise<void> {
  const { news, place, quit } = p
  followProgress(scene.agent, news, p.clock)
  const met = firstCycle(news)
  const tell = news.tell.bind(news)
  const machine = runMachine(scene.layout, place.logs.agent, { ...p, images: scene.images, tell }, quit.signal)
  machine.catch((error: unknown) => quit.abort(error))
  await met
}

/** From the first probe to the rest after it. */
function firstCycle(news: News): Promise<true> {
  let asked = false
  return news.next('the device to ask the fleet for the first time', (happening) => {
    if (happening.kind !== 'moved') return undefined
    asked ||= happening.from === 'probe'
    return asked && happening.to === 'poll' ? true : undefined
  })
}
