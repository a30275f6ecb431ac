import { endingClock } from '@windlass/platform'
import { answerNode } from './identity/identity-server.ts'
import { keepRegistered } from './identity/node-client.ts'
import { openNode } from './open-identity.ts'
import { serve } from './servers.ts'
import type { UnitSettings } from './settings.ts'
import type { WorldPorts } from './world.ts'

const longestAuthority = 65_536

/** The identity service of a node that is not the main one: its keys, its state, its word to the main node. */
export async function runNode(
  settings: UnitSettings,
  main: NonNullable<UnitSettings['mainNode']>,
  around: WorldPorts,
  stop: AbortSignal,
): Promise<void> {
  const world = { ...around, clock: endingClock(around.clock, stop) }
  const node = await openNode(settings, world)
  const ca =
    main.caFile === undefined
      ? undefined
      : new TextDecoder().decode(await world.files.readFile(main.caFile, longestAuthority))
  const publicTls = ca === undefined ? null : { ca }
  const identity = { tlsFor: () => node.keys.tls('iam'), watchCertificates: node.keys.watch.bind(node.keys) }
  const served = [
    { name: 'identity', certificate: 'iam' as const, address: settings.listen.identity, register: answerNode(node) },
  ]
  await Promise.all([
    keepRegistered({ node, ...world, main: { ...main, publicTls } }, stop),
    serve(served, { ...world, identity }, stop),
  ])
}
