import type { SimUnit } from '../unit/sim-unit.ts'
import { factoryFirmware, services } from '../unit/unit-catalogue.ts'

/** The versions of all that runs on a unit, by what it is; each as often as it runs. */
export function realityOf({ nodes, releases }: SimUnit): string[] {
  return nodes.flatMap(({ device, containers, layers }) => [
    `${device.name} firmware ${device.running?.version ?? 'off'}`,
    ...containers.running.map(({ layers: [folder = ''] }) => releases.serviceOf(layers.contentOf(folder)) ?? 'unknown'),
  ])
}

/** What runs on a unit that is this release; 0: as it left the factory. */
function expectedOf({ nodes }: SimUnit, release: number): string[] {
  const version = release === 0 ? factoryFirmware : `${release}.0.0`
  const firmware = nodes.map(({ device }) => `${device.name} firmware ${version}`)
  if (release === 0) return firmware
  // The second one runs twice.
  return [...firmware, ...[...services, 'back'].map((name) => `${name} ${version}`)]
}

export function isRelease(unit: SimUnit, release: number): boolean {
  return JSON.stringify(realityOf(unit).sort()) === JSON.stringify(expectedOf(unit, release).sort())
}
