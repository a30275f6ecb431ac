import type * as z from 'zod'
import { type AuditCheck, type AuditList, type AuditQuery, auditCheck, auditList } from './audit.ts'
import type { Page } from './common.ts'
import type { ReportRecord } from './device.ts'
import {
  type DeviceCountQuery,
  type DeviceCounts,
  type DeviceDetail,
  type DeviceList,
  type DeviceQuery,
  deviceCount,
  deviceCounts,
  deviceDetail,
  deviceHistory,
  deviceList,
  type Imported,
  imported,
} from './device.ts'
import type { FleetEvent } from './event.ts'
import { readEvents } from './event-stream.ts'
import {
  type GroupOrder,
  type GroupRecord,
  groupList,
  groupRecord,
  type LabelChange,
  type LabelOrder,
  labelled,
} from './group.ts'
import { type Health, health } from './health.ts'
import { OperatorError, refusalOf } from './operator-error.ts'
import { type PackageRecord, packageList, packageRecord } from './package.ts'
import { operatorPaths } from './paths.ts'
import {
  type GrantRecord,
  type NewTokenRecord,
  type NewUserRecord,
  newTokenRecord,
  newUserRecord,
  passwordRecord,
  type SessionRecord,
  sessionRecord,
  type TokenOrder,
  type TokenRecord,
  tokenList,
  type UserOrder,
  type UserRecord,
  userList,
  userRecord,
} from './people.ts'
import {
  type RolledBack,
  type RolloutDetail,
  type RolloutForecast,
  type RolloutOrder,
  type RolloutRecord,
  rolledBack,
  rolloutDetail,
  rolloutForecast,
  rolloutList,
  rolloutRecord,
} from './rollout.ts'
import {
  claimRecord,
  type ItemOrder,
  type ItemRecord,
  itemList,
  itemRecord,
  type ReleaseOrder,
  type ReleaseRecord,
  releaseList,
  releaseRecord,
  type UnitDetail,
  type UnitQuery,
  type UnitRecord,
  unitDetail,
  unitList,
} from './unit.ts'
import {
  type EnvOrder,
  type LogOrder,
  type LogPartRecord,
  logRequest,
  type UnitAlertRecord,
  type UnitEnv,
  type UnitMeasurement,
  unitAlerts,
  unitEnv,
  unitLogs,
  unitMonitoring,
} from './unit-news.ts'
import {
  type UnitRolloutDetail,
  type UnitRolloutOrder,
  type UnitRolloutRecord,
  unitRolloutDetail,
  unitRolloutList,
  unitRolloutRecord,
} from './unit-rollout.ts'

import {
  type DeliveryRecord,
  deliveryList,
  type NewWebhookRecord,
  newWebhookRecord,
  type WebhookOrder,
  type WebhookRecord,
  webhookList,
  webhookTest,
} from './webhook.ts'

/** `url`: the fleet's address without path. `token`: the operator's, where the fleet asks for one. */
export interface OperatorClientOptions {
  url: string
  token?: string
  fetch?: typeof fetch
  /** How `events` waits before it connects again. Default: the system's timer. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** An upload: its bytes in any pieces, and who is told how many were handed to the network. */
export interface Upload {
  body: AsyncIterable<Uint8Array>
  progress?: (sentBytes: number) => void
  signal?: AbortSignal
}

/** The fleet's operator API. Every call throws OperatorError. */
export interface OperatorClient {
  health(): Promise<Health>
  uploadPackage(upload: Upload): Promise<PackageRecord>
  packages(): Promise<PackageRecord[]>
  package(uid: string): Promise<PackageRecord>
  removePackage(uid: string): Promise<void>
  /** `key`: the same order under the same key is not started twice. */
  startRollout(order: RolloutOrder, key?: string): Promise<RolloutRecord>
  rollouts(): Promise<RolloutRecord[]>
  rollout(id: number, page?: Page): Promise<RolloutDetail>
  pauseRollout(id: number, reason?: string): Promise<RolloutRecord>
  resumeRollout(id: number): Promise<RolloutRecord>
  abortRollout(id: number): Promise<RolloutRecord>
  /** What the order would do now; nothing is started. */
  forecastRollout(order: RolloutOrder): Promise<RolloutForecast>
  /** Aborts the rollout and gives its devices what they ran before. */
  rollBack(id: number): Promise<RolledBack>
  /** `by`: one of those whose yes the open phase waits for. */
  approveRollout(id: number, by: string): Promise<RolloutRecord>
  devices(query?: DeviceQuery): Promise<DeviceList>
  device(id: string): Promise<DeviceDetail>
  history(id: string): Promise<ReportRecord[]>
  retry(id: string, packageUid: string): Promise<DeviceDetail>
  /** How many devices are meant. */
  countDevices(query: DeviceCountQuery): Promise<number>
  deviceCounts(): Promise<DeviceCounts>
  /** `table`: comma-separated values with headings `identity.KEY` and `label.KEY`. */
  importDevices(table: string): Promise<Imported>
  decommission(id: string): Promise<DeviceDetail>
  recommission(id: string): Promise<DeviceDetail>
  labelDevice(id: string, change: LabelChange): Promise<DeviceDetail>
  /** How many devices were meant. */
  labelDevices(order: LabelOrder): Promise<number>
  addGroup(order: GroupOrder): Promise<GroupRecord>
  groups(): Promise<GroupRecord[]>
  group(name: string): Promise<GroupRecord>
  removeGroup(name: string): Promise<void>
  /** Whether the fleet has the blob; `putBlob` sends it. */
  hasBlob(digest: string): Promise<boolean>
  putBlob(digest: string, upload: Upload): Promise<void>
  addItem(order: ItemOrder): Promise<ItemRecord>
  items(): Promise<ItemRecord[]>
  addRelease(order: ReleaseOrder): Promise<ReleaseRecord>
  releases(): Promise<ReleaseRecord[]>
  claim(systemId?: string): Promise<{ token: string }>
  units(query?: UnitQuery): Promise<UnitRecord[]>
  unit(id: string): Promise<UnitDetail>
  setRelease(unit: string, release: number): Promise<UnitDetail>
  /** `key` as in `startRollout`. */
  startUnitRollout(order: UnitRolloutOrder, key?: string): Promise<UnitRolloutRecord>
  unitRollouts(): Promise<UnitRolloutRecord[]>
  unitRollout(id: number, page?: Page): Promise<UnitRolloutDetail>
  pauseUnitRollout(id: number, reason?: string): Promise<UnitRolloutRecord>
  resumeUnitRollout(id: number): Promise<UnitRolloutRecord>
  abortUnitRollout(id: number): Promise<UnitRolloutRecord>
  approveUnitRollout(id: number, by: string): Promise<UnitRolloutRecord>
  /** Aborts it, and gives its units what they were to run before. */
  takeBackUnitRollout(id: number): Promise<UnitRolloutRecord>
  /** Asks a unit for a log; returns what its parts will be named by. `logParts`: newest first. */
  requestLog(id: string, order: LogOrder): Promise<string>
  logParts(id: string): Promise<LogPartRecord[]>
  /** Newest first. */
  alerts(id: string): Promise<UnitAlertRecord[]>
  monitoring(id: string): Promise<UnitMeasurement[]>
  env(id: string): Promise<UnitEnv>
  /** Replaces all that was overridden. */
  setEnv(id: string, order: EnvOrder): Promise<UnitEnv>
  /** As whom the fleet knows the caller. */
  session(): Promise<SessionRecord>
  /** For browsers, which keep the session's cookie. */
  signIn(name: string, password: string): Promise<SessionRecord>
  signOut(): Promise<void>
  users(): Promise<UserRecord[]>
  addUser(order: UserOrder): Promise<NewUserRecord>
  setGrants(name: string, grants: readonly GrantRecord[]): Promise<UserRecord>
  /** Answers the password where the fleet made it, else null. */
  setPassword(name: string, password?: string): Promise<string | null>
  removeUser(name: string): Promise<void>
  tokens(): Promise<TokenRecord[]>
  addToken(order: TokenOrder): Promise<NewTokenRecord>
  withdrawToken(id: number): Promise<void>
  /** Newest first. */
  audit(query?: AuditQuery): Promise<AuditList>
  checkAudit(): Promise<AuditCheck>
  webhooks(): Promise<WebhookRecord[]>
  addWebhook(order: WebhookOrder): Promise<NewWebhookRecord>
  removeWebhook(id: number): Promise<void>
  /** Newest first. */
  deliveries(id: number): Promise<DeliveryRecord[]>
  /** Sends something to it; answers the number of the delivery. */
  testWebhook(id: number): Promise<number>
  /** Ends when the signal fires. Connects again by itself; each connection starts with a `connected` event. */
  events(signal: AbortSignal): AsyncIterable<FleetEvent>
}

export function operatorClient(options: OperatorClientOptions): OperatorClient {
  const send = sender(options)
  const get = <S extends z.ZodType>(schema: S, path: string, query?: object) =>
    ask(send, schema, 'GET', path + search(query))
  const post = <S extends z.ZodType>(schema: S, path: string, body?: object) => ask(send, schema, 'POST', path, body)
  const paths = operatorPaths
  return {
    health: () => get(health, paths.health),
    uploadPackage: async (upload) => parse(packageRecord, await send(paths.packages, uploading('POST', upload))),
    packages: async () => (await get(packageList, paths.packages)).packages,
    package: (uid) => get(packageRecord, paths.package(uid)),
    removePackage: async (uid) => void (await send(paths.package(uid), { method: 'DELETE' })),
    ...rolloutCalls(send),
    devices: (query) => get(deviceList, paths.devices, query),
    device: (id) => get(deviceDetail, paths.device(id)),
    history: async (id) => (await get(deviceHistory, paths.history(id))).reports,
    retry: (id, packageUid) => post(deviceDetail, paths.retry(id), { package: packageUid }),
    ...groupCalls(send),
    ...unitCalls(send),
    ...peopleCalls(send),
    ...unitRolloutCalls(send),
    events: (signal) => follow((s) => send(paths.events, { signal: s }), options.sleep ?? systemSleep, signal),
  }
}

function groupCalls(send: Send) {
  const paths = operatorPaths
  return {
    countDevices: async (query) => (await ask(send, deviceCount, 'GET', paths.deviceCount + search(query))).devices,
    deviceCounts: () => ask(send, deviceCounts, 'GET', paths.deviceCounts),
    importDevices: async (table) => {
      const headers = { 'content-type': 'text/csv' }
      return parse(imported, await send(paths.importDevices, { method: 'POST', headers, body: table }))
    },
    decommission: (id) => ask(send, deviceDetail, 'POST', paths.decommission(id)),
    recommission: (id) => ask(send, deviceDetail, 'POST', paths.recommission(id)),
    labelDevice: (id, change) => ask(send, deviceDetail, 'PATCH', paths.deviceLabels(id), change),
    labelDevices: async (order) => (await ask(send, labelled, 'POST', paths.labels, order)).devices,
    addGroup: (order) => ask(send, groupRecord, 'POST', paths.groups, order),
    groups: async () => (await ask(send, groupList, 'GET', paths.groups)).groups,
    group: (name) => ask(send, groupRecord, 'GET', paths.group(name)),
    removeGroup: async (name) => void (await send(paths.group(name), { method: 'DELETE' })),
  } satisfies Partial<OperatorClient>
}

function rolloutCalls(send: Send) {
  const paths = operatorPaths
  return {
    startRollout: (order, key) =>
      ask(send, rolloutRecord, 'POST', paths.rollouts, order, key === undefined ? {} : { 'idempotency-key': key }),
    rollouts: async () => (await ask(send, rolloutList, 'GET', paths.rollouts)).rollouts,
    rollout: (id, page) => ask(send, rolloutDetail, 'GET', paths.rollout(id) + search(page)),
    pauseRollout: (id, reason) => ask(send, rolloutRecord, 'POST', paths.pauseRollout(id), { reason }),
    resumeRollout: (id) => ask(send, rolloutRecord, 'POST', paths.resumeRollout(id)),
    abortRollout: (id) => ask(send, rolloutRecord, 'POST', paths.abortRollout(id)),
    forecastRollout: (order) => ask(send, rolloutForecast, 'POST', paths.forecastRollout, order),
    rollBack: (id) => ask(send, rolledBack, 'POST', paths.rollBack(id)),
    approveRollout: (id, by) => ask(send, rolloutRecord, 'POST', paths.approveRollout(id), { by }),
  } satisfies Partial<OperatorClient>
}

function unitRolloutCalls(send: Send) {
  const paths = operatorPaths
  const change = (path: string, body?: object) => ask(send, unitRolloutRecord, 'POST', path, body)
  return {
    startUnitRollout: (order, key) =>
      ask(
        send,
        unitRolloutRecord,
        'POST',
        paths.unitRollouts,
        order,
        key === undefined ? {} : { 'idempotency-key': key },
      ),
    unitRollouts: async () => (await ask(send, unitRolloutList, 'GET', paths.unitRollouts)).rollouts,
    unitRollout: (id, page) => ask(send, unitRolloutDetail, 'GET', paths.unitRollout(id) + search(page)),
    pauseUnitRollout: (id, reason) => change(paths.pauseUnitRollout(id), { reason }),
    resumeUnitRollout: (id) => change(paths.resumeUnitRollout(id)),
    abortUnitRollout: (id) => change(paths.abortUnitRollout(id)),
    approveUnitRollout: (id, by) => change(paths.approveUnitRollout(id), { by }),
    takeBackUnitRollout: (id) => change(paths.takeBackUnitRollout(id)),
  } satisfies Partial<OperatorClient>
}

function unitCalls(send: Send) {
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
    items: async () => (await ask(send, itemList, 'GET', paths.items)).items,
    addRelease: (order) => ask(send, releaseRecord, 'POST', paths.releases, order),
    releases: async () => (await ask(send, releaseList, 'GET', paths.releases)).releases,
    claim: (systemId) => ask(send, claimRecord, 'POST', paths.claims, systemId === undefined ? {} : { systemId }),
    units: async (query) => (await ask(send, unitList, 'GET', paths.units + search(query))).units,
    unit: (id) => ask(send, unitDetail, 'GET', paths.unit(id)),
    setRelease: (id, release) => ask(send, unitDetail, 'PUT', paths.unitRelease(id), { release }),
    requestLog: async (id, order) => (await ask(send, logRequest, 'POST', paths.unitLogs(id), order)).request,
    logParts: async (id) => (await ask(send, unitLogs, 'GET', paths.unitLogs(id))).parts,
    alerts: async (id) => (await ask(send, unitAlerts, 'GET', paths.unitAlerts(id))).alerts,
    monitoring: async (id) => (await ask(send, unitMonitoring, 'GET', paths.unitMonitoring(id))).monitoring,
    env: (id) => ask(send, unitEnv, 'GET', paths.unitEnv(id)),
    setEnv: (id, order) => ask(send, unitEnv, 'PUT', paths.unitEnv(id), order),
  } satisfies Partial<OperatorClient>
}

function peopleCalls(send: Send) {
  const paths = operatorPaths
  const remove = async (path: string): Promise<void> => void (await send(path, { method: 'DELETE' }))
  return {
    session: () => ask(send, sessionRecord, 'GET', paths.session),
    signIn: (name, password) => ask(send, sessionRecord, 'POST', paths.session, { name, password }),
    signOut: () => remove(paths.session),
    users: async () => (await ask(send, userList, 'GET', paths.users)).users,
    addUser: (order) => ask(send, newUserRecord, 'POST', paths.users, order),
    setGrants: (name, grants) => ask(send, userRecord, 'PUT', paths.userGrants(name), { grants }),
    async setPassword(name, password) {
      const order = password === undefined ? {} : { password }
      return (await ask(send, passwordRecord, 'PUT', paths.userPassword(name), order)).password
    },
    removeUser: (name) => remove(paths.user(name)),
    tokens: async () => (await ask(send, tokenList, 'GET', paths.tokens)).tokens,
    addToken: (order) => ask(send, newTokenRecord, 'POST', paths.tokens, order),
    withdrawToken: (id) => remove(paths.token(id)),
    audit: (query) => ask(send, auditList, 'GET', paths.audit + search(query)),
    checkAudit: () => ask(send, auditCheck, 'GET', paths.auditCheck),
    webhooks: async () => (await ask(send, webhookList, 'GET', paths.webhooks)).webhooks,
    addWebhook: (order) => ask(send, newWebhookRecord, 'POST', paths.webhooks, order),
    removeWebhook: (id) => remove(paths.webhook(id)),
    deliveries: async (id) => (await ask(send, deliveryList, 'GET', paths.deliveries(id))).deliveries,
    testWebhook: async (id) => (await ask(send, webhookTest, 'POST', paths.testWebhook(id))).delivery,
  } satisfies Partial<OperatorClient>
}

function uploading(method: string, { body, progress, signal }: Upload): RequestInit {
  const headers = { 'content-type': 'application/octet-stream' }
  const stream = streamOf(counted(body, progress))
  const init = { method, headers, body: stream, duplex: 'half', ...(signal && { signal }) } as const
  return init
}

type Send = (path: string, init: RequestInit) => Promise<Response>

function sender({ url, token, fetch: via = fetch }: OperatorClientOptions): Send {
  const base = url.replace(/\/+$/, '')
  return async (path, init) => {
    const headers = new Headers(init.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    const answer = await via(base + path, { ...init, headers, redirect: 'error' }).catch((cause: unknown) => {
      init.signal?.throwIfAborted()
      throw new OperatorError('unreachable', `expected a fleet at ${base}, got: ${whyOf(cause)}`, { cause })
    })
    if (!answer.ok) throw await refusalOf(answer)
    return answer
  }
}

async function ask<S extends z.ZodType>(
  send: Send,
  schema: S,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  const json = body && { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }
  return parse(schema, await send(path, { method, ...json }))
}

async function parse<S extends z.ZodType>(schema: S, answer: Response): Promise<z.output<S>> {
  const result = schema.safeParse(await answer.json().catch(() => undefined))
  if (result.success) return result.data
  const why = result.error.issues[0]?.message ?? 'another shape'
  throw new OperatorError('unexpected', `expected an answer of this version's API from ${answer.url}, got: ${why}`, {
    status: answer.status,
  })
}

// What ReadableStream.from does, which not every browser has.
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => void (await iterator.return?.()),
  })
}

async function* counted(body: AsyncIterable<Uint8Array>, progress: Upload['progress']): AsyncIterable<Uint8Array> {
  let sent = 0
  for await (const piece of body) {
    yield piece
    sent += piece.length
    progress?.(sent)
  }
}

const firstPauseMs = 250
const longestPauseMs = 5000

// Of what browsers have, too: the console runs this client there.
function systemSleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal?.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(() => clearTimeout(timer))
}

// Only an unreachable fleet is worth waiting for: a refusal stays one.
async function* follow(
  open: (signal: AbortSignal) => Promise<Response>,
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncIterable<FleetEvent> {
  let pauseMs = firstPauseMs
  while (!signal.aborted) {
    try {
      for await (const event of readEvents(await open(signal))) {
        pauseMs = firstPauseMs
        yield event
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof OperatorError && error.code !== 'unreachable') throw error
    }
    await sleep(pauseMs, signal).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}

function search(query: object | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return text && `?${text}`
}

function whyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? cause.cause.message || cause.message : cause.message
}
