import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { AuditQuery, DeviceCountQuery, OperatorClient, UnitCountQuery } from '@windlass/wire/operator'
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import type { Follower, Live } from './follow.ts'
import { isShort } from './patch.ts'

/** What pages work with: the fleet's client, the line of its events, the token for uploads. */
export interface Fleet {
  client: OperatorClient
  follower: Follower
  token: string | undefined
}

export const FleetContext = createContext<Fleet | null>(null)

export function useFleet(): Fleet {
  const fleet = useContext(FleetContext)
  if (!fleet) throw new Error('expected a page inside the console, got one outside')
  return fleet
}

export function useLive(): Live {
  const { follower } = useFleet()
  return useSyncExternalStore(follower.watch, follower.live)
}

const pageSize = 200
// No event tells that a device was merely heard again, nor of items and releases.
const hearsayMs = 20_000
// Nor of what a unit measured or warned of.
const newsMs = 10_000
const deedMs = 3000

/** Every question the console asks. Keys begin as `touchedBy` names them. */
export const ask = {
  devices: (client: OperatorClient, asked: DeviceCountQuery) =>
    infiniteQueryOptions({
      queryKey: ['devices', 'list', asked],
      queryFn: ({ pageParam }) => {
        const cursor = pageParam === '' ? {} : { cursor: pageParam }
        return client.devices({ limit: pageSize, ...asked, ...cursor })
      },
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
      placeholderData: keepPreviousData,
    }),
  countDevices: (client: OperatorClient, asked: DeviceCountQuery) =>
    queryOptions({
      // Not among `devices`: what has to be counted one by one is not counted again at each event.
      queryKey: ['device count', asked],
      queryFn: () => client.countDevices(asked),
      placeholderData: keepPreviousData,
      refetchInterval: newsMs,
    }),
  deviceCounts: (client: OperatorClient) =>
    queryOptions({ queryKey: ['devices', 'counts'], queryFn: () => client.deviceCounts(), refetchInterval: hearsayMs }),
  /** The first few who do not come on without somebody. */
  illDevices: (client: OperatorClient) =>
    queryOptions({
      queryKey: ['devices', 'ill'],
      queryFn: () => client.devices({ limit: 8, query: 'status in (error, rolled_back)' }),
    }),
  session: (client: OperatorClient) => queryOptions({ queryKey: ['session'], queryFn: () => client.session() }),
  projects: (client: OperatorClient) =>
    queryOptions({
      queryKey: ['projects'],
      queryFn: () => client.projects(),
      // Quickly while one is being made or goes.
      refetchInterval: ({ state }) => (state.data?.some((one) => one.state !== 'ready') ? 1000 : newsMs),
    }),
  users: (client: OperatorClient) =>
    queryOptions({ queryKey: ['users'], queryFn: () => client.users(), refetchInterval: hearsayMs }),
  tokens: (client: OperatorClient) =>
    queryOptions({ queryKey: ['tokens'], queryFn: () => client.tokens(), refetchInterval: hearsayMs }),
  webhooks: (client: OperatorClient) =>
    queryOptions({ queryKey: ['webhooks'], queryFn: () => client.webhooks(), refetchInterval: hearsayMs }),
  deliveries: (client: OperatorClient, id: number) =>
    queryOptions({
      queryKey: ['deliveries', id],
      queryFn: () => client.deliveries(id),
      // Quickly while one is on its way.
      refetchInterval: ({ state }) => (state.data?.some((one) => one.state === 'waiting') ? 1000 : newsMs),
    }),
  /** Anew every few seconds: no event tells of all that is written there. */
  audit: (client: OperatorClient, asked: AuditQuery) =>
    infiniteQueryOptions({
      queryKey: ['audit', asked],
      queryFn: ({ pageParam }) => client.audit({ limit: pageSize, ...asked, ...(pageParam && { cursor: pageParam }) }),
      initialPageParam: 0,
      getNextPageParam: ({ next }) => next,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) => (isShort(state.data) ? deedMs : false),
    }),
  auditCheck: (client: OperatorClient) =>
    queryOptions({ queryKey: ['audit check'], queryFn: () => client.checkAudit(), refetchInterval: 60_000 }),
  groups: (client: OperatorClient) =>
    queryOptions({ queryKey: ['groups'], queryFn: () => client.groups(), refetchInterval: hearsayMs }),
  device: (client: OperatorClient, id: string) =>
    queryOptions({ queryKey: ['device', id], queryFn: () => client.device(id), refetchInterval: hearsayMs }),
  history: (client: OperatorClient, id: string) =>
    queryOptions({ queryKey: ['history', id], queryFn: () => client.history(id) }),
  packages: (client: OperatorClient) => queryOptions({ queryKey: ['packages'], queryFn: () => client.packages() }),
  rollouts: (client: OperatorClient) => queryOptions({ queryKey: ['rollouts'], queryFn: () => client.rollouts() }),
  rollout: (client: OperatorClient, id: number) =>
    queryOptions({
      queryKey: ['rollout', id, 'head'],
      queryFn: () => client.rollout(id, { limit: 1 }),
      // A soak time passes, and a window opens, without an event.
      refetchInterval: hearsayMs,
    }),
  rolloutDevices: (client: OperatorClient, id: number) =>
    infiniteQueryOptions({
      queryKey: ['rollout', id, 'devices'],
      queryFn: ({ pageParam }) => client.rollout(id, { limit: pageSize, ...(pageParam && { cursor: pageParam }) }),
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
    }),
  unitRollouts: (client: OperatorClient) =>
    queryOptions({ queryKey: ['unit rollouts'], queryFn: () => client.unitRollouts() }),
  unitRollout: (client: OperatorClient, id: number) =>
    queryOptions({
      queryKey: ['unit rollout', id, 'head'],
      queryFn: () => client.unitRollout(id, { limit: 1 }),
      refetchInterval: hearsayMs,
    }),
  unitRolloutUnits: (client: OperatorClient, id: number) =>
    infiniteQueryOptions({
      queryKey: ['unit rollout', id, 'units'],
      queryFn: ({ pageParam }) => client.unitRollout(id, { limit: pageSize, ...(pageParam && { cursor: pageParam }) }),
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
    }),
  units: (client: OperatorClient, asked: UnitCountQuery) =>
    infiniteQueryOptions({
      queryKey: ['units', 'list', asked],
      queryFn: ({ pageParam }) => client.units({ limit: pageSize, ...asked, ...(pageParam && { cursor: pageParam }) }),
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
      placeholderData: keepPreviousData,
    }),
  unitCounts: (client: OperatorClient) =>
    queryOptions({ queryKey: ['units', 'counts'], queryFn: () => client.unitCounts() }),
  countUnits: (client: OperatorClient, asked: UnitCountQuery) =>
    queryOptions({
      queryKey: ['unit count', asked],
      queryFn: () => client.countUnits(asked),
      placeholderData: keepPreviousData,
      refetchInterval: newsMs,
    }),
  /** The first few that do not come on without somebody. */
  illUnits: (client: OperatorClient) =>
    queryOptions({
      queryKey: ['units', 'ill'],
      queryFn: async () => (await client.units({ limit: 8, query: 'standing = failed' })).units,
    }),
  /** Those of which there is something to say why they have not arrived, as far as they fit. */
  unitsNotThere: (client: OperatorClient) =>
    queryOptions({
      queryKey: ['units', 'not there'],
      queryFn: async () => (await client.units({ limit: 1000, query: 'standing != arrived' })).units,
    }),
  /** The first of those that a search finds. */
  foundUnits: (client: OperatorClient, search: string) =>
    queryOptions({
      queryKey: ['units', 'found', search],
      queryFn: async () => (await client.units({ limit: 100, ...(search && { search }) })).units,
      placeholderData: keepPreviousData,
    }),
  unitGroups: (client: OperatorClient) =>
    queryOptions({ queryKey: ['unit groups'], queryFn: () => client.unitGroups(), refetchInterval: hearsayMs }),
  unit: (client: OperatorClient, id: string) =>
    queryOptions({ queryKey: ['unit', id], queryFn: () => client.unit(id) }),
  /** No event tells of them. */
  claims: (client: OperatorClient) =>
    queryOptions({ queryKey: ['claims'], queryFn: () => client.claims(), refetchInterval: newsMs }),
  alerts: (client: OperatorClient, id: string) =>
    queryOptions({ queryKey: ['unit', id, 'alerts'], queryFn: () => client.alerts(id), refetchInterval: newsMs }),
  monitoring: (client: OperatorClient, id: string) =>
    queryOptions({
      queryKey: ['unit', id, 'monitoring'],
      queryFn: () => client.monitoring(id),
      refetchInterval: newsMs,
    }),
  env: (client: OperatorClient, id: string) =>
    queryOptions({ queryKey: ['unit', id, 'env'], queryFn: () => client.env(id), refetchInterval: newsMs }),
  /** Quickly while parts of an asked log are awaited. */
  logs: (client: OperatorClient, id: string, awaited: boolean) =>
    queryOptions({
      queryKey: ['unit', id, 'logs'],
      queryFn: () => client.logs(id),
      refetchInterval: awaited ? 1000 : false,
    }),
  items: (client: OperatorClient) =>
    queryOptions({ queryKey: ['items'], queryFn: () => client.items(), refetchInterval: hearsayMs }),
  releases: (client: OperatorClient) =>
    queryOptions({ queryKey: ['releases'], queryFn: () => client.releases(), refetchInterval: hearsayMs }),
}

/** The time, for what says how long ago something was. */
export function useNow(everyMs = 5000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
