import { OperatorError } from '../operator-error.ts'
import { operatorPaths } from '../paths.ts'
import { type PullOrder, type PullProgress, pullAnswer } from '../pull.ts'
import {
  type ClaimOrder,
  type ClaimRecord,
  type ClaimStanding,
  claimList,
  claimRecord,
  type ItemOrder,
  type ItemRecord,
  itemList,
  itemRecord,
  type ReleaseOrder,
  type ReleaseRecord,
  releaseList,
  releaseRecord,
  revocation,
  type UnitDetail,
  type UnitList,
  type UnitQuery,
  unitDetail,
  unitList,
} from '../unit.ts'
import {
  type EnvOrder,
  type LogOrder,
  logRequest,
  type UnitAlertRecord,
  type UnitEnv,
  type UnitLogs,
  type UnitMeasurement,
  unitAlerts,
  unitEnv,
  unitLogs,
  unitMonitoring,
} from '../unit-news.ts'
import { ask, parse, remove, type Send, search, type Upload, uploading } from './send.ts'

/** Units, their items and releases, and what they say. */
export interface UnitCalls {
  /** Whether the fleet has the blob; `putBlob` sends it. */
  hasBlob(digest: string): Promise<boolean>
  putBlob(digest: string, upload: Upload): Promise<void>
  addItem(order: ItemOrder): Promise<ItemRecord>
  /** Lasts as long as the fleet fetches; ends with the signal, and the fleet's work a minute after. */
  pullItem(order: PullOrder, listen?: Listen): Promise<ItemRecord>
  items(): Promise<ItemRecord[]>
  addRelease(order: ReleaseOrder): Promise<ReleaseRecord>
  releases(): Promise<ReleaseRecord[]>
  claim(order?: ClaimOrder): Promise<ClaimRecord>
  claims(): Promise<ClaimStanding[]>
  withdrawClaim(id: string): Promise<void>
  units(query?: UnitQuery): Promise<UnitList>
  unit(id: string): Promise<UnitDetail>
  setRelease(unit: string, release: number): Promise<UnitDetail>
  /** None of its certificates counts any more; it comes back with a claim in its name. Returns how many those were. */
  revokeUnit(id: string): Promise<number>
  /** Asks a unit for a log; returns what its parts will be named by. `logs`: what came, newest first, and what did not. */
  requestLog(id: string, order: LogOrder): Promise<string>
  logs(id: string): Promise<UnitLogs>
  /** Newest first. */
  alerts(id: string): Promise<UnitAlertRecord[]>
  monitoring(id: string): Promise<UnitMeasurement[]>
  env(id: string): Promise<UnitEnv>
  /** Replaces all that was overridden. */
  setEnv(id: string, order: EnvOrder): Promise<UnitEnv>
}

/** Who is told how far a pull is. */
export interface Listen {
  progress?: (progress: PullProgress) => void
  signal?: AbortSignal
}

async function pulled(send: Send, order: PullOrder, { progress, signal }: Listen = {}): Promise<ItemRecord> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(order), ...(signal && { signal }) }
  for (;;) {
    const answer = await parse(pullAnswer, await send(operatorPaths.pullItem, init))
    if (!('state' in answer)) return answer
    progress?.(answer)
  }
}

export function unitCalls(send: Send): UnitCalls {
  const paths = operatorPaths
  return {
    async hasBlob(digest) {
      try {
        await send(paths.blob(digest), { method: 'HEAD' })
        return true
      } catch (error) {
        if (error instanceof OperatorError && error.status === 404) return false
        throw error
      }
    },
    putBlob: async (digest, upload) => void (await send(paths.blob(digest), uploading('PUT', upload))),
    addItem: (order) => ask(send, itemRecord, 'POST', paths.items, order),
    pullItem: (order, listen) => pulled(send, order, listen),
    items: async () => (await ask(send, itemList, 'GET', paths.items)).items,
    addRelease: (order) => ask(send, releaseRecord, 'POST', paths.releases, order),
    releases: async () => (await ask(send, releaseList, 'GET', paths.releases)).releases,
    claim: (order = {}) => ask(send, claimRecord, 'POST', paths.claims, order),
    claims: async () => (await ask(send, claimList, 'GET', paths.claims)).claims,
    withdrawClaim: (id) => remove(send, paths.claim(id)),
    units: (query) => ask(send, unitList, 'GET', paths.units + search(query)),
    unit: (id) => ask(send, unitDetail, 'GET', paths.unit(id)),
    setRelease: (id, release) => ask(send, unitDetail, 'PUT', paths.unitRelease(id), { release }),
    revokeUnit: async (id) => (await ask(send, revocation, 'POST', paths.unitRevocation(id), {})).certificates,
    requestLog: async (id, order) => (await ask(send, logRequest, 'POST', paths.unitLogs(id), order)).request,
    logs: (id) => ask(send, unitLogs, 'GET', paths.unitLogs(id)),
    alerts: async (id) => (await ask(send, unitAlerts, 'GET', paths.unitAlerts(id))).alerts,
    monitoring: async (id) => (await ask(send, unitMonitoring, 'GET', paths.unitMonitoring(id))).monitoring,
    env: (id) => ask(send, unitEnv, 'GET', paths.unitEnv(id)),
    setEnv: (id, order) => ask(send, unitEnv, 'PUT', paths.unitEnv(id), order),
  }
}
