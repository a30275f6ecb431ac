import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runWindlass } from '../children/front-door.ts'
import { description, makeRelease, removeRelease } from '../images/release.ts'
import type { Scene } from '../stories/scene.ts'
import { makeServiceImage } from './service-image.ts'
import { type NodeName, nodeNames, type UnitLayout } from './unit-layout.ts'
import { componentType } from './unit-settings.ts'

/** Gives the fleet a version of one of the unit's services. */
export async function addService(
  layout: UnitLayout,
  scene: Scene,
  name: string,
  version: string,
  sick = false,
): Promise<void> {
  const folder = join(layout.images, `${name}-${version}`)
  await makeServiceImage(folder, name, version, { sick })
  await cli(scene, 'items', 'add', folder, '--id', name, '--item-version', version)
}

/** Gives the fleet a version of the firmware of every node: one package a type of node. */
export async function addFirmware(layout: UnitLayout, scene: Scene, version: string): Promise<void> {
  const { place, images, product, hardware } = scene
  const release = await makeRelease(version, { uplink: true }, { kind: images, work: place.work })
  for (const node of nodeNames) {
    const text = join(place.work, `${node}-${version}.json`)
    const file = join(place.packages, `${node}-${version}.uhupkg`)
    await writeFile(text, JSON.stringify(description(release, product, hardware, layout.nodes[node].device)))
    await cli(scene, 'pack', text, '--key', place.keys.private, '--out', file)
    await cli(
      scene,
      'items',
      'add',
      file,
      '--id',
      componentType(node),
      '--item-version',
      version,
      '--component',
      componentType(node),
    )
  }
  await removeRelease(release, place.work)
}

/** What the demo's unit is to be: a service on each node, and the firmware of both where it is named. */
export interface Wanted {
  name: string
  greeter: string
  watcher: string
  firmware?: string
  config: string
}

/** Makes a release and gives it to the unit. @returns its number */
export async function release(scene: Scene, unit: string, wanted: Wanted): Promise<number> {
  const file = join(scene.place.work, `${wanted.name}.json`)
  await writeFile(file, JSON.stringify(releaseOf(wanted), undefined, 2))
  const made = (await cli(scene, 'releases', 'add', file)) as { id: number }
  await scene.fleet.setRelease(unit, made.id)
  return made.id
}

/** The services are told apart by labels of the nodes, which the unit's configuration gives them. */
function releaseOf({ name, greeter, watcher, firmware, config }: Wanted): object {
  const firmwareItems =
    firmware === undefined ? [] : nodeNames.map((node) => ({ itemId: componentType(node), version: firmware }))
  const label = (node: NodeName, text: string) => ({
    node: { codename: node },
    nodeGroupSubject: { codename: node === 'main' ? 'gateway' : 'camera' },
    labels: [text],
    priority: 0,
  })
  return {
    name,
    items: [{ itemId: 'greeter', version: greeter }, { itemId: 'watcher', version: watcher }, ...firmwareItems],
    instances: [
      { itemId: 'greeter', labels: ['front'] },
      { itemId: 'watcher', labels: ['back'] },
      ...firmwareItems.map(({ itemId }) => ({ itemId, numInstances: 1 })),
    ],
    unitConfig: { version: config, formatVersion: '7', nodes: [label('main', 'front'), label('edge', 'back')] },
  }
}

function cli({ processes, quit, fleetUrl }: Scene, ...args: string[]): Promise<unknown> {
  return runWindlass(processes, quit, ...args, ...(args[0] === 'pack' ? [] : ['--fleet', fleetUrl]))
}
