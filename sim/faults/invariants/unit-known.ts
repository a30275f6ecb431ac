import type { SimUnit } from '../unit/sim-unit.ts'
import { componentType, factoryFirmware, nodeId } from '../unit/unit-catalogue.ts'
import type { ServerWorld } from './server-world.ts'
import { isRelease } from './unit-reality.ts'

export const unitKnown = {
  name: 'unit-known',
  says: 'the fleet knows what runs on every node of a unit, and whether that is what it should be or will not be',
} as const

/** What the fleet believes of a unit, held against its nodes. */
export async function checkUnitKnown(unit: SimUnit, { fleet, watch }: ServerWorld): Promise<void> {
  const known = await fleet.units.store.unit(unit.name)
  const active = (known?.status?.instances ?? []).filter(
    ({ ident, state }) => state === 'active' && !ident.preinstalled,
  )
  const said = active.map(({ ident, version, nodeId }) => `${ident.itemId} ${version} on ${nodeId}`).sort()
  const real = instancesOf(unit).sort()
  if (JSON.stringify(said) !== JSON.stringify(real))
    watch.broken('unit-known', unit, `runs ${real.join(', ')}; the fleet believes ${said.join(', ') || 'nothing'}`)
  const newest = watch.units.of(unit).ordered.at(-1)
  if (newest === undefined) return
  const { standing } = ((await fleet.operator('GET', `/units/${unit.name}`))?.json ?? {}) as { standing?: string }
  const isThere = isRelease(unit, newest)
  if (isThere !== (standing === 'arrived'))
    watch.broken('unit-known', unit, `is ${isThere ? '' : 'not '}what it should be; the fleet says it is ${standing}`)
  if (!isThere && unit.isAtRest && standing === 'on_the_way')
    watch.broken('unit-known', unit, 'has given up what it should be; the fleet still waits for it')
}

/** Services, and firmware that a release brought: what came from the factory is nobody's instance. */
function instancesOf({ nodes }: SimUnit): string[] {
  return nodes.flatMap(({ number, device, containers }) => {
    const node = nodeId(number)
    const version = device.running?.version ?? factoryFirmware
    const firmware = version === factoryFirmware ? [] : [`${componentType(number)} ${version} on ${node}`]
    return [...firmware, ...containers.running.map((one) => `${one.itemId} ${one.version} on ${node}`)]
  })
}
