import { join } from 'node:path'
import type { Database } from '@windlass/platform/database'
import { enrol } from './identity/enrol.ts'
import { KeyStore } from './identity/key-store.ts'
import { NodeIdentity } from './identity/node-identity.ts'
import { NodeRecords } from './identity/node-records.ts'
import { UnitAuthority } from './identity/unit-authority.ts'
import { UnitIdentity } from './identity/unit-identity.ts'
import type { UnitSettings } from './settings.ts'
import { thisNode } from './this-node.ts'
import { UnitError } from './unit-error.ts'
import type { WorldPorts } from './world.ts'

/** This node's keys and state, below the working folder. */
export async function openNode(settings: UnitSettings, { files, clock, log }: WorldPorts): Promise<NodeIdentity> {
  const folder = join(settings.workingDir, 'identity')
  const names = settings.hostNames
  const dnsNames = { cm: names, iam: names, sm: names, um: names }
  const keys = await KeyStore.open({ files, clock, folder, dnsNames })
  return NodeIdentity.open({ node: thisNode(settings), systemId: settings.systemId, keys, files, folder, log })
}

/** The main node's identity: the unit's own authority, and the nodes that it knows. */
export async function openUnitIdentity(
  settings: UnitSettings,
  own: NodeIdentity,
  database: Database,
  { files, clock, log }: WorldPorts,
): Promise<UnitIdentity> {
  const { systemId, model, workingDir } = settings
  return UnitIdentity.open({
    own,
    system: { systemId, unitModel: model, version: '' },
    authority: await UnitAuthority.open(files, join(workingDir, 'identity'), systemId, clock),
    records: new NodeRecords(database),
    clock,
    log,
  })
}

const retryMs = 10_000
/** A fleet that said no is asked again soon where the claim is another one. */
const refusedRetryMs = 600_000
const longestToken = 4096

/** Makes the unit known to its fleet, if it is not yet; tries until it succeeds or `stop` fires. */
export async function enrolled(
  { enrolment, systemId, model }: Pick<UnitSettings, 'enrolment' | 'systemId' | 'model'>,
  own: Pick<NodeIdentity, 'keys'>,
  world: Pick<WorldPorts, 'files' | 'http' | 'clock' | 'log'>,
  stop: AbortSignal,
): Promise<void> {
  if (!enrolment || own.keys.certificate('online')) return
  let refused = { token: '', untilMs: 0 }
  while (!stop.aborted) {
    let token = ''
    try {
      token = new TextDecoder().decode(await world.files.readFile(enrolment.claimTokenFile, longestToken)).trim()
      if (token !== refused.token || world.clock.uptime() >= refused.untilMs) {
        const claim = { fleetUrl: enrolment.url, claimToken: token, systemId, model }
        await enrol(claim, { http: world.http(undefined), keys: own.keys, log: world.log }, stop)
        return
      }
    } catch (error) {
      if (stop.aborted) return
      const isRefusal = error instanceof UnitError && /got 4\d\d/.test(error.message)
      if (isRefusal) refused = { token, untilMs: world.clock.uptime() + refusedRetryMs }
      world.log.error('not enrolled', {
        why: error instanceof Error ? error.message : String(error),
        next: isRefusal ? 'put another claim token into the file' : `again in ${retryMs / 1000} s`,
      })
    }
    await world.clock.sleep(retryMs, stop).catch(() => undefined)
  }
}
