import { isMeant, memoryGroups } from '../groups/memory-groups.ts'
import { standingOf } from '../rollout/standing.ts'
import type { Attempt, Counts, Device, KeptPackage, Known, Order, ReportEntry, Rollout, Sight } from './records.ts'
import { newsOf, seen } from './seen.ts'
import { type Conclusion, type Heard, historyLimit, type Member, type Store } from './store.ts'

/** The store's fake: the same behaviour, in memory. */
export function memoryStore(): Store {
  const packages = new Map<string, KeptPackage>()
  const rollouts = new Map<number, Rollout>()
  const devices = new Map<string, Device>()
  const attempts = new Map<string, Map<string, Attempt>>()
  const reports = new Map<string, (ReportEntry & { id: number })[]>()
  let lastReport = 0

  const attemptsOf = (device: string): Attempt[] =>
    [...(attempts.get(device)?.values() ?? [])].sort((x, y) => y.at - x.at || (x.package < y.package ? -1 : 1))
  const newestFirst = (): Rollout[] => [...rollouts.values()].sort((x, y) => y.rollout - x.rollout)
  const knownOf = (device: Device): Known => ({
    device,
    orders: newestFirst()
      .filter((r) => r.status === 'running' && names(r, device))
      .map(orderOf),
    attempts: attemptsOf(device.id),
  })
  const membersOf = (rollout: Rollout): Member[] =>
    [...devices.values()]
      .filter((device) => isMember(rollout, device))
      .sort(byId)
      .map((device) => ({ known: knownOf(device), state: standingOf(device, rollout, attemptsOf(device.id)) }))

  function write(sight: Sight, conclusion: Conclusion, device: Device): void {
    devices.set(sight.id, { ...device, status: conclusion.status ?? device.status })
    const mine = attempts.get(sight.id) ?? new Map<string, Attempt>()
    for (const attempt of conclusion.attempts) mine.set(attempt.package, attempt)
    attempts.set(sight.id, mine)
    const lines = conclusion.reports.map((report) => ({ ...report, id: ++lastReport }))
    reports.set(sight.id, [...(reports.get(sight.id) ?? []), ...lines].slice(-historyLimit))
  }

  return {
    async observe(sight, packageUid, conclude) {
      const before = devices.get(sight.id)
      const device = seen(before, sight)
      const packageVersion = packages.get(packageUid ?? '')?.version ?? null
      const heard: Heard = { ...knownOf(device), news: newsOf(before, device), packageVersion }
      const conclusion = conclude(heard)
      write(sight, conclusion, device)
      return conclusion
    },
    async addPackage(kept) {
      const before = packages.get(kept.uid)
      packages.set(kept.uid, before ? { ...before, signature: kept.signature || before.signature } : kept)
      return !before
    },
    package: async (uid) => packages.get(uid),
    packages: async () =>
      [...packages.values()].sort((x, y) => y.uploadedAt - x.uploadedAt || (x.uid < y.uid ? -1 : 1)),
    async removePackage(uid) {
      if ([...rollouts.values()].some((r) => r.package === uid && r.status === 'running')) return 'in_use'
      return packages.delete(uid) ? 'removed' : 'unknown'
    },
    async addRollout({ package: kept, to, createdAt, startAt, metered = false }) {
      if ('devices' in to && !to.devices.every((id) => devices.has(id))) return undefined
      const { uid, product, version, hardware } = kept
      const id = rollouts.size + 1
      const facts = { package: uid, product, version, hardware, to, createdAt, startAt, metered }
      const rollout: Rollout = { rollout: id, status: 'running', ...facts }
      rollouts.set(id, rollout)
      return rollout
    },
    rollout: async (id) => rollouts.get(id),
    rollouts: async () => newestFirst(),
    async stopRollout(id) {
      const rollout = rollouts.get(id)
      if (!rollout) return undefined
      const stopped: Rollout = { ...rollout, status: 'stopped' }
      rollouts.set(id, stopped)
      return stopped
    },
    async counts(ids) {
      const known = ids.flatMap((id) => rollouts.get(id) ?? [])
      return new Map(known.map((rollout) => [rollout.rollout, count(membersOf(rollout))]))
    },
    async members(id, limit, after = '') {
      const rollout = rollouts.get(id)
      const all = rollout ? membersOf(rollout) : []
      return all.filter((m) => m.known.device.id > after).slice(0, limit)
    },
    async known(id) {
      const device = devices.get(id)
      return device && knownOf(device)
    },
    async devices({ limit, after = '', ...selection }) {
      const found = [...devices.values()].filter((d) => d.id > after && isMeant(d, selection))
      return found.sort(byId).slice(0, limit)
    },
    ...memoryGroups(devices),
    history: async (id, limit) => [...(reports.get(id) ?? [])].reverse().slice(0, limit),
    async allowRetry(device, packageUid) {
      const attempt = attempts.get(device)?.get(packageUid)
      if (attempt?.state !== 'failed' && attempt?.state !== 'rolled_back') return 'needless'
      attempts.get(device)?.set(packageUid, { ...attempt, retry: true })
      return 'allowed'
    },
    ping: async () => undefined,
    close: async () => undefined,
  }
}

function names({ to }: Rollout, device: Device): boolean {
  return 'product' in to ? to.product === device.product : to.devices.includes(device.id)
}

// Devices of the product that the package cannot run on were never meant; those named one by one were.
function isMember(rollout: Rollout, device: Device): boolean {
  if ('devices' in rollout.to) return rollout.to.devices.includes(device.id)
  return names(rollout, device) && (rollout.hardware === 'any' || rollout.hardware.includes(device.hardware))
}

function orderOf({ rollout, package: uid, product, version, hardware, startAt, metered }: Rollout): Order {
  return { rollout, package: uid, product, version, hardware, startAt, metered }
}

function count(members: readonly Member[]): Counts {
  const counts: Counts = { pending: 0, updating: 0, updated: 0, failed: 0, rolled_back: 0 }
  for (const { state } of members) counts[state] += 1
  return counts
}

function byId(x: { id: string }, y: { id: string }): number {
  return x.id < y.id ? -1 : 1
}
