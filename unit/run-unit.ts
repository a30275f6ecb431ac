import { join } from 'node:path'
import { endingClock, type Log, listen } from '@windlass/platform'
import { type Database, openSoundDatabase } from '@windlass/platform/database'
import { buildUnit, type Unit } from './build-unit.ts'
import { CertificateOrders } from './identity/certificate-orders.ts'
import { answerProtected, answerPublic } from './identity/identity-server.ts'
import type { NodeIdentity } from './identity/node-identity.ts'
import type { UnitIdentity } from './identity/unit-identity.ts'
import { blobServer } from './images/blob-server.ts'
import { liveUnit } from './live-unit.ts'
import { enrolled, openNode, openUnitIdentity } from './open-identity.ts'
import { type Served, serve } from './servers.ts'
import type { UnitSettings } from './settings.ts'
import { UnitError } from './unit-error.ts'
import type { WorldPorts } from './world.ts'

/**
 * Runs the main node of a unit, its communication manager and identity service, until `stop`. `onForget` is given what
 * lets the unit try again what it took back.
 */
export async function runUnit(
  settings: UnitSettings,
  around: WorldPorts,
  stop: AbortSignal,
  onForget: (forget: () => void) => void,
): Promise<void> {
  const world = { ...around, clock: endingClock(around.clock, stop) }
  await world.files.makeFolder(settings.workingDir)
  const database = openAlone(settings.workingDir, world.log)
  // Services' environment may hold secrets.
  await world.files.setMode(join(settings.workingDir, 'unit.db'), 0o600)
  const own = await openNode(settings, world)
  const identity = await openUnitIdentity(settings, own, database, world)
  const unit = await buildUnit({ settings, identity, world, database })
  const { cloud, update, images } = unit
  const certificates = new CertificateOrders({
    identity,
    mainNodeId: own.nodeId,
    send: (fact) => cloud.send(fact),
    log: world.log,
  })
  acceptNodes(settings.acceptNodes, identity, world)
  onForget(() => void forget(update, world))
  const blobs = await listen(blobServer(images, world.files), addressOf(settings.listen.blobs), { log: world.log })
  try {
    await Promise.all([
      liveUnit(unit, { settings, identity, certificates, world }, enrolled(settings, own, world, stop), stop),
      identity.maintain(stop),
      serve(identityServers(settings, identity, own), { ...world, identity }, stop),
    ])
  } finally {
    await blobs.close()
    database.close()
  }
}

async function forget(update: Unit['update'], { log }: WorldPorts): Promise<void> {
  if (await update.forget()) log.info('refused desired states forgotten: tried again when they come again')
  else log.warning('nothing forgotten: an update is under way', { state: update.state.at })
}

/** The records, for this process alone: two units in one folder would undo each other's work. Ends with the process. */
function openAlone(folder: string, log: Log): Database {
  try {
    const database = openSoundDatabase(join(folder, 'unit.db'), (aside) => log.error('records set aside', { ...aside }))
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
    return database
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    if (!/locked/.test(why)) throw cause
    throw new UnitError('wrong_state', `${folder}: expected no other unit to run in this folder, got one`, { cause })
  }
}

function identityServers({ listen: at }: UnitSettings, identity: UnitIdentity, own: NodeIdentity): Served[] {
  return [
    {
      name: 'identity, public',
      certificate: 'iam',
      asks: false,
      address: at.identity,
      register: answerPublic(identity, own),
    },
    { name: 'identity', certificate: 'iam', address: at.identityProtected, register: answerProtected(identity, own) },
  ]
}

/** Takes nodes that the settings name into the unit as they appear. */
function acceptNodes(accepted: readonly string[], identity: UnitIdentity, { log }: WorldPorts): void {
  const busy = new Set<string>()
  identity.watchNodes(({ nodeId, state, connected }) => {
    if (state !== 'unprovisioned' || !connected || !accepted.includes(nodeId) || busy.has(nodeId)) return
    busy.add(nodeId)
    identity
      .provision(nodeId)
      .then(
        () => log.info('node provisioned', { node: nodeId }),
        (error: unknown) => log.error('node not provisioned', { node: nodeId, why: String(error) }),
      )
      .finally(() => busy.delete(nodeId))
  })
}

function addressOf(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? []
  return { host, port: Number(port) }
}
