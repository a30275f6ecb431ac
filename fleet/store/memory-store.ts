import { isMeant, memoryGroups } from '../groups/memory-groups.ts'
import { decommissioned } from '../identity/admission.ts'
import type { Approval } from '../identity/import.ts'
import { memoryAdmission } from '../identity/memory-admission.ts'
import { atOnce, boundsOf, phaseAt, pointOf } from '../rollout/plan.ts'
import { begun, nobody } from '../rollout/progress.ts'
import { standingOf } from '../rollout/standing.ts'
import type { Attempt, Counts, Device, KeptPackage, Known, Order, ReportEntry, Rollout, Sight } from './records.ts'
import { newsOf, seen } from './seen.ts'
import { type Conclusion, type Heard, historyLimit, type Member, type Store } from './store.ts'

/** The store's fake: the same behaviour, in memory. */
export function memoryStore(): Store {
  const packages = new Map<string, KeptPackage>()
  const rollouts = new Map<number, Rollout>()
  const keys = new Map<string, number>()
  const devices = new Map<string, Device>()
  const attempts = new Map<string, Map<string, Attempt>>()
  const reports = new Map<string, (ReportEntry & { id: number })[]>()
  const approvals = new Map<string, Approval>()
  let lastReport = 0

  const attemptsOf = (device: string): Attempt[] =>
    [...(attempts.get(device)?.values() ?? [])].sort((x, y) => y.at - x.at || (x.package < y.package ? -1 : 1))
  const newestFirst = (): Rollout[] => [...rollouts.values()].sort((x, y) => y.rollout - x.rollout)
  const knownOf = (device: Device): Known => ({
    device,
    orders: newestFirst()
      .filter((r) => isInForce(r) && names(r, device))
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
    tell(sight.id, conclusion.reports)
  }
  function tell(device: string, entries: readonly ReportEntry[]): void {
    const lines = entries.map((entry) => ({ ...entry, id: ++lastReport }))
    reports.set(device, [...(reports.get(device) ?? []), ...lines].slice(-historyLimit))
  }

  return {
    async observe(sight, packageUid, conclude) {
      const before = devices.get(sight.id)
      const approval = approvals.get(sight.id)
      const device = seen(before, sight, approval?.labels)
      const packageVersion = packages.get(packageUid ?? '')?.version ?? null
      const heard: Heard = { ...knownOf(device), news: newsOf(before, device), packageVersion, approved: !!approval }
      const conclusion = conclude(heard)
      if (before || conclusion.refused === undefined) write(sight, conclusion, device)
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
      if ([...rollouts.values()].some((r) => r.package === uid && isInForce(r))) return 'in_use'
      return packages.delete(uid) ? 'removed' : 'unknown'
    },
    async addRollout({ package: kept, to, createdAt, startAt, metered = false, plan = atOnce, once = null }) {
      const before = rollouts.get(keys.get(once?.key ?? '') ?? 0)
      if (before) return { rollout: before, fresh: false }
      if ('devices' in to && !to.devices.every((id) => devices.has(id))) return undefined
      const { uid, product, version, hardware } = kept
      const id = rollouts.size + 1
      const facts = { package: uid, product, version, hardware, to, createdAt, startAt, metered, plan }
      const asked = once?.asked ?? null
      const rollout: Rollout = { rollout: id, ...facts, bounds: [], progress: begun, asked }
      const points = membersOf(rollout).map((m) => pointOf(id, m.known.device.id))
      points.sort((x, y) => x - y)
      const drawn = { ...rollout, bounds: boundsOf(plan, points.length, (n) => points[n]) }
      rollouts.set(id, drawn)
      if (once) keys.set(once.key, id)
      return { rollout: drawn, fresh: true }
    },
    rollout: async (id) => rollouts.get(id),
    rollouts: async () => newestFirst(),
    async changeRollout(id, change) {
      const rollout = rollouts.get(id)
      const progress = rollout && change(rollout)
      if (!progress) return rollout
      const changed: Rollout = { ...rollout, progress }
      rollouts.set(id, changed)
      return changed
    },
    async counts(ids) {
      const known = ids.flatMap((id) => rollouts.get(id) ?? [])
      return new Map(known.map((rollout) => [rollout.rollout, count(membersOf(rollout))]))
    },
    async tallies(id) {
      const rollout = rollouts.get(id)
      if (!rollout) return []
      const phases = Map.groupBy(membersOf(rollout), (m) => phaseAt(rollout.bounds, pointOf(id, m.known.device.id)))
      return rollout.plan.phases.map((_, i) => count(phases.get(i) ?? []))
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
    ...memoryAdmission(devices, approvals, (id, entry) => tell(id, [entry])),
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
  if (device.status === decommissioned) return false
  if ('devices' in rollout.to) return rollout.to.devices.includes(device.id)
  return names(rollout, device) && (rollout.hardware === 'any' || rollout.hardware.includes(device.hardware))
}

function orderOf(of: Rollout): Order {
  const { rollout, package: uid, product, version, hardware, startAt, metered, plan, bounds, progress } = of
  return { rollout, package: uid, product, version, hardware, startAt, metered, plan, bounds, progress }
}

function isInForce({ progress }: Rollout): boolean {
  return progress.abortedAt === null
}

function count(members: readonly Member[]): Counts {
  const counts = { ...nobody }
  for (const { state } of members) counts[state] += 1
  return counts
}

function byId(x: { id: string }, y: { id: string }): number {
  return x.id < y.id ? -1 : 1
}
